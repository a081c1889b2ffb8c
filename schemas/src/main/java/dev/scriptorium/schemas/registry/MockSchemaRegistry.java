package dev.scriptorium.schemas.registry;

import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/**
 * A registry in this JVM, for tests and for the demo, whose data does not outlive it. It insists on BACKWARD
 * compatibility as a real one does by default.
 */
public final class MockSchemaRegistry implements SchemaRegistry {
    /** The one mutable static: a serializer and a deserializer made by class name have nothing else in common. */
    private static final Map<String, MockSchemaRegistry> SCOPES = new ConcurrentHashMap<>();

    private final List<Schema> schemas = new ArrayList<>();
    private final Map<String, List<Integer>> subjects = new HashMap<>();

    /** The registry behind {@code mock://scope}. */
    public static MockSchemaRegistry scope(String scope) {
        return SCOPES.computeIfAbsent(scope, name -> new MockSchemaRegistry());
    }

    /** Forgets a scope; those who already use it keep theirs. */
    public static void drop(String scope) {
        SCOPES.remove(scope);
    }

    @Override
    public synchronized int register(String subject, Schema schema) {
        List<Integer> versions = subjects.getOrDefault(subject, List.of());
        int id = idOf(schema);
        if (versions.contains(id)) {
            return id;
        }
        Compatibility compatibility = compatibility(subject, schema);
        if (!compatibility.compatible()) {
            throw new RecordException(
                    ErrorCode.REGISTRY_REFUSED,
                    "subject " + subject + ": a schema that is BACKWARD compatible expected, found "
                            + String.join("; ", compatibility.messages()));
        }
        if (id == 0) {
            schemas.add(schema);
            id = schemas.size();
        }
        subjects.computeIfAbsent(subject, name -> new ArrayList<>()).add(id);
        return id;
    }

    @Override
    public synchronized int lookup(String subject, Schema schema) {
        int id = idOf(schema);
        if (!subjects.getOrDefault(subject, List.of()).contains(id)) {
            throw new RecordException(
                    ErrorCode.REGISTRY_REFUSED,
                    "subject " + subject + ": schema " + schema.getFullName()
                            + " expected to be registered, not found");
        }
        return id;
    }

    @Override
    public synchronized Schema schema(int id) {
        if (id < 1 || id > schemas.size()) {
            throw new RecordException(ErrorCode.UNKNOWN_SCHEMA, "schema id " + id + ": not found in the registry");
        }
        return schemas.get(id - 1);
    }

    @Override
    public synchronized Latest latest(String subject) {
        List<Integer> versions = subjects.get(subject);
        if (versions == null) {
            throw new RecordException(ErrorCode.REGISTRY_REFUSED, "subject " + subject + ": not found in the registry");
        }
        int id = versions.get(versions.size() - 1);
        return new Latest(id, versions.size(), schema(id));
    }

    @Override
    public synchronized Compatibility compatibility(String subject, Schema schema) {
        if (!subjects.containsKey(subject)) {
            return new Compatibility(true, List.of());
        }
        var result = SchemaCompatibility.checkReaderWriterCompatibility(
                        schema, latest(subject).schema())
                .getResult();
        return new Compatibility(
                result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE,
                result.getIncompatibilities().stream()
                        .map(problem ->
                                problem.getType() + " at " + problem.getLocation() + ": " + problem.getMessage())
                        .toList());
    }

    /** From 1; 0 for a schema never seen. Documentation counts: the text is what is registered. */
    private int idOf(Schema schema) {
        for (int i = 0; i < schemas.size(); i++) {
            if (schemas.get(i).toString().equals(schema.toString())) {
                return i + 1;
            }
        }
        return 0;
    }
}
