package dev.scriptorium.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.SchemaParser;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The schemas of today read what the released version wrote. {@code released/} holds the records of the last
 * release, one file a topic; a release replaces them, by running this test with {@code
 * -Dscriptorium.release-schemas=true}.
 */
class SchemaEvolutionTest {
    private static final Path RELEASED = Path.of("src/test/resources/released");

    @BeforeAll
    static void release() throws IOException {
        if (Boolean.getBoolean("scriptorium.release-schemas")) {
            Files.createDirectories(RELEASED);
            for (Schema schema : current().toList()) {
                Files.writeString(
                        RELEASED.resolve(schema.getName() + ".avsc"),
                        SchemaFormatter.format("json/pretty", schema) + "\n");
            }
        }
    }

    static Stream<Schema> current() {
        return Samples.all().stream().map(SpecificRecord::getSchema);
    }

    @ParameterizedTest
    @MethodSource("current")
    void readsWhatTheLastReleaseWrote(Schema schema) throws IOException {
        Path file = RELEASED.resolve(schema.getName() + ".avsc");
        Schema released;
        try (InputStream in = Files.newInputStream(file)) {
            released = new SchemaParser().parse(in).mainSchema();
        }
        var result = SchemaCompatibility.checkReaderWriterCompatibility(schema, released)
                .getResult();
        assertThat(result.getIncompatibilities()).as("changes since %s", file).isEmpty();
        assertThat(result.getCompatibility()).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    @Test
    void keepsEveryReleasedRecord() throws IOException {
        try (Stream<Path> files = Files.list(RELEASED)) {
            List<String> released =
                    files.map(file -> file.getFileName().toString()).toList();
            assertThat(released)
                    .containsExactlyInAnyOrderElementsOf(
                            current().map(schema -> schema.getName() + ".avsc").toList());
        }
    }

    @ParameterizedTest
    @MethodSource("current")
    void documentsEveryRecordAndField(Schema schema) {
        assertThat(schema.getDoc()).as(schema.getFullName()).isNotBlank();
        if (schema.getType() == Schema.Type.RECORD) {
            for (Schema.Field field : schema.getFields()) {
                assertThat(field.doc())
                        .as(schema.getFullName() + "." + field.name())
                        .isNotBlank();
                named(field.schema()).forEach(this::documentsEveryRecordAndField);
            }
        }
    }

    private static Stream<Schema> named(Schema schema) {
        return switch (schema.getType()) {
            case UNION -> schema.getTypes().stream().flatMap(SchemaEvolutionTest::named);
            case ARRAY -> named(schema.getElementType());
            case MAP -> named(schema.getValueType());
            case RECORD, ENUM, FIXED -> Stream.of(schema);
            case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> Stream.empty();
        };
    }

    @Test
    void wouldNoticeAFieldWithoutADefault() {
        Schema changed = Schema.createRecord(
                "SourceOffset",
                null,
                "dev.scriptorium.schemas",
                false,
                List.of(
                        new Schema.Field("topic", Schema.create(Schema.Type.STRING)),
                        new Schema.Field("added", Schema.create(Schema.Type.STRING))));
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(changed, SourceOffset.getClassSchema())
                        .getType())
                .isEqualTo(SchemaCompatibilityType.INCOMPATIBLE);
        Schema mended = Schema.createRecord(
                "SourceOffset",
                null,
                "dev.scriptorium.schemas",
                false,
                List.of(new Schema.Field(
                        "added",
                        Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.STRING)),
                        null,
                        JsonProperties.NULL_VALUE)));
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(mended, SourceOffset.getClassSchema())
                        .getType())
                .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }
}
