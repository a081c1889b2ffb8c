package dev.scriptorium.standalone;

import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;

/**
 * What a command is told that works on topics.
 *
 * @param kafka settings of Kafka clients and serdes
 */
record ClusterConfig(Map<String, String> kafka, TopicSettings topics, PageLimits limits) {
    ClusterConfig {
        kafka = Map.copyOf(kafka);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(limits, "limits");
    }

    /** The topics, all of which exist when this returns. */
    Topics ensured() {
        Topics all = new Topics(topics, limits);
        try (Admin admin = Admin.create(Map.copyOf(kafka))) {
            all.ensure(admin);
        }
        return all;
    }

    /** Reads topics. */
    TopicScan scan() {
        return new TopicScan(kafka, limits);
    }
}
