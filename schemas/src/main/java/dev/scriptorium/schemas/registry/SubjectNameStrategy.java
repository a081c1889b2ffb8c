package dev.scriptorium.schemas.registry;

import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/** Under which name a schema is registered; Confluent's three, found by their class names or bare names. */
enum SubjectNameStrategy {
    /** {@code <topic>-key} or {@code <topic>-value}: one schema a topic. The default. */
    TOPIC("TopicNameStrategy") {
        @Override
        String subject(String topic, boolean key, Schema schema) {
            return topic + (key ? "-key" : "-value");
        }
    },
    /** The record's full name: one schema for all topics. */
    RECORD("RecordNameStrategy") {
        @Override
        String subject(String topic, boolean key, Schema schema) {
            return schema.getFullName();
        }
    },
    /** {@code <topic>-<full name>}: several kinds of records in one topic. */
    TOPIC_RECORD("TopicRecordNameStrategy") {
        @Override
        String subject(String topic, boolean key, Schema schema) {
            return topic + "-" + schema.getFullName();
        }
    };

    private final String className;

    SubjectNameStrategy(String className) {
        this.className = className;
    }

    abstract String subject(String topic, boolean key, Schema schema);

    /** @param value a class, its name, or its name without the package */
    static SubjectNameStrategy of(String configKey, Object value) {
        String name = value instanceof Class<?> type ? type.getName() : String.valueOf(value);
        return Arrays.stream(values())
                .filter(strategy -> name.substring(name.lastIndexOf('.') + 1).equals(strategy.className))
                .findFirst()
                .orElseThrow(() -> new ConfigException(
                        configKey, value, "TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy expected"));
    }
}
