package dev.scriptorium.schemas.registry;

import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** Genuine Confluent serdes, by class name as a user would choose them. */
final class Confluent {
    static final String SERIALIZER = "io.confluent.kafka.serializers.KafkaAvroSerializer";
    static final String DESERIALIZER = "io.confluent.kafka.serializers.KafkaAvroDeserializer";

    private Confluent() {}

    @SuppressWarnings("unchecked")
    static Serializer<Object> serializer(Map<String, ?> config) {
        Serializer<Object> serializer = (Serializer<Object>) instance(SERIALIZER);
        serializer.configure(config, false);
        return serializer;
    }

    @SuppressWarnings("unchecked")
    static Deserializer<Object> deserializer(Map<String, ?> config) {
        Deserializer<Object> deserializer = (Deserializer<Object>) instance(DESERIALIZER);
        deserializer.configure(config, false);
        return deserializer;
    }

    private static Object instance(String name) {
        try {
            return Class.forName(name).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name + " expected on the test class path, see the module's pom", e);
        }
    }
}
