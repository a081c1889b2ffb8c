package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.RecordException;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Numbers for schemas. A number, once given, means the same schema for ever, so implementations remember what they
 * were told; failures are never remembered. Thread-safe.
 *
 * <p>Every method throws {@link RecordException}: {@code UNKNOWN_SCHEMA} if the registry does not know the id or the
 * schema behind it is not Avro, {@code REGISTRY_UNAVAILABLE} if no registry answered, and {@code REGISTRY_REFUSED} if
 * it answered no.
 */
public interface SchemaRegistry {

    /** The newest schema of a subject. */
    record Latest(int id, int version, Schema schema) {}

    /** Whether a schema may follow the newest one of its subject, and what stands against it. */
    record Compatibility(boolean compatible, List<String> messages) {
        public Compatibility {
            messages = List.copyOf(messages);
        }
    }

    /** The schema's id under the subject; registers it if need be. */
    int register(String subject, Schema schema);

    /** The id of a schema that is already registered under the subject. */
    int lookup(String subject, Schema schema);

    /** The schema with that id. */
    Schema schema(int id);

    /** The newest schema of the subject; asks every time. */
    Latest latest(String subject);

    /** Asks whether the schema could be registered; a subject nobody has used takes any. */
    Compatibility compatibility(String subject, Schema schema);

    /**
     * The registry that {@code schema.registry.url} names: one or more REST addresses, or {@code mock://scope} for one
     * in this JVM that all who use the same scope share.
     *
     * @throws org.apache.kafka.common.config.ConfigException if a key is missing or has a value this client cannot honour
     */
    static SchemaRegistry open(Map<String, ?> config) {
        RegistryConfig parsed = RegistryConfig.parse(config);
        return parsed.mockScope()
                .<SchemaRegistry>map(MockSchemaRegistry::scope)
                .orElseGet(() -> new RestSchemaRegistry(parsed));
    }
}
