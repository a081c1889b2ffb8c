package dev.scriptorium.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SafetensorsReaderTest {
    private static final int DATA_BYTES = 64;

    @TempDir
    private Path dir;

    @Test
    void readsEveryElementTypeOfTheProbe() throws IOException {
        JsonNode expected = Golden.json(Golden.tiny("dtype_probe.json"));
        try (SafetensorsReader reader = SafetensorsReader.open(Golden.tiny("dtype_probe.safetensors"))) {
            assertThat(reader.entries()).hasSize(expected.size());
            for (Map.Entry<String, JsonNode> tensor : expected.properties()) {
                SafetensorsReader.Entry entry = reader.entries().get(tensor.getKey());
                List<Long> shape = new ArrayList<>();
                tensor.getValue().get("shape").forEach(dimension -> shape.add(dimension.asLong()));
                assertThat(entry.shape()).as(tensor.getKey()).isEqualTo(shape);
                List<Double> values = new ArrayList<>();
                for (JsonNode value : tensor.getValue().get("values")) {
                    values.add(value.isBoolean() ? (value.asBoolean() ? 1.0 : 0.0) : value.asDouble());
                }
                assertThat(values(entry.type(), reader.map(tensor.getKey())))
                        .as(tensor.getKey())
                        .isEqualTo(values);
            }
        }
    }

    private static List<Double> values(DType type, ByteBuffer data) {
        List<Double> values = new ArrayList<>();
        while (data.hasRemaining()) {
            values.add(
                    switch (type) {
                        case F32 -> (double) data.getFloat();
                        case F16 -> half(data.getShort());
                        case BF16 -> (double) Float.intBitsToFloat(data.getShort() << 16);
                        case F64 -> data.getDouble();
                        case I64 -> (double) data.getLong();
                        case I32 -> (double) data.getInt();
                        case U8, BOOL -> (double) (data.get() & 0xFF);
                    });
        }
        return values;
    }

    /** Java 17 has no conversion from half precision. */
    private static double half(short bits) {
        int exponent = (bits >> 10) & 0x1F;
        int mantissa = bits & 0x3FF;
        double magnitude =
                exponent == 0 ? mantissa * Math.pow(2, -24) : (1 + mantissa / 1024.0) * Math.pow(2, exponent - 15);
        return bits < 0 ? -magnitude : magnitude;
    }

    @Test
    void mapsLittleEndianBytesThatOutliveTheReader() throws IOException {
        ByteBuffer data;
        try (SafetensorsReader reader = SafetensorsReader.open(Golden.tiny("dtype_probe.safetensors"))) {
            data = reader.map("i32");
        }
        assertThat(data.isReadOnly()).isTrue();
        assertThat(List.of(data.getInt(), data.getInt())).containsExactly(-7, 7);
    }

    @Test
    void acceptsAFileWithoutTensors() throws IOException {
        Path file = SafetensorsFile.write(dir.resolve("empty"), "{\"__metadata__\":{\"format\":\"pt\"}}", 0);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.entries()).isEmpty();
            assertThatThrownBy(() -> reader.map("w"))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessage(file + ": tensor w expected, none found");
        }
    }

    private void assertRefused(Path file, String... messageParts) {
        assertThatThrownBy(() -> SafetensorsReader.open(file).close())
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContainingAll(messageParts);
    }

    private void assertHeaderRefused(String header, String... messageParts) throws IOException {
        assertRefused(SafetensorsFile.write(dir.resolve("bad.safetensors"), header, DATA_BYTES), messageParts);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[-8, 0]     | 0 <= begin <= end <= 64 expected | [-8,0]",
                "[-4, 4]     | 0 <= begin <= end <= 64 expected | [-4,4]",
                "[8, 0]      | 0 <= begin <= end <= 64 expected | [8,0]",
                "[60, 68]    | 0 <= begin <= end <= 64 expected | [60,68]",
                "[4611686018427387904, 4611686018427387912] | <= 64 expected | [4611686018427387904,4611686018427387912]",
                "[9223372036854775807, -9223372036854775801] | <= 64 expected | 9223372036854775807",
                "[18446744073709551608, 18446744073709551616] | below 2^63 expected | 18446744073709551608",
                "[0, 4]      | 8 bytes expected for F32 [2] | 4 found",
                "[0, 12]     | 8 bytes expected for F32 [2] | 12 found",
                "[0]         | data_offsets of two integers expected | [0]",
                "[0, 8, 16]  | data_offsets of two integers expected | [0,8,16]",
                "[0.5, 8.5]  | data_offsets of two integers expected | [0.5,8.5]",
                "['0', '8']  | data_offsets of two integers expected | found",
                "null        | data_offsets of two integers expected | null",
            })
    void refusesOffsetsThatDoNotFit(String offsets, String expectation, String value) throws IOException {
        String json = offsets.replace('\'', '"');
        assertHeaderRefused(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" + json + "}}",
                "tensor w: ",
                expectation,
                value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[3]     | 12 bytes expected for F32 [3] | 8 found",
                "[-2]    | shape of integers >= 0 expected | [-2]",
                "[1.5]   | shape of integers >= 0 expected | [1.5]",
                "['2']   | shape of integers >= 0 expected | found",
                "2       | shape of at most 8 dimensions expected | 2 found",
                "[1,1,1,1,1,1,1,1,2] | shape of at most 8 dimensions expected | [1,1,1,1,1,1,1,1,2]",
                "[4294967296, 4294967296] | fewer than 2^63 bytes expected | [4294967296, 4294967296]",
                "[2305843009213693952, 4] | fewer than 2^63 bytes expected | 2305843009213693952",
                "[99999999999999999999] | shape of integers >= 0 expected | 99999999999999999999",
            })
    void refusesShapesThatDoNotFit(String shape, String expectation, String value) throws IOException {
        assertHeaderRefused(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":" + shape.replace('\'', '"') + ",\"data_offsets\":[0,8]}}",
                "tensor w: ",
                expectation,
                value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"F8_E4M3\"", "\"f32\"", "\"\"", "null", "7", "{}"})
    void refusesElementTypesItDoesNotKnow(String type) throws IOException {
        assertHeaderRefused(
                "{\"w\":{\"dtype\":" + type + ",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "tensor w: dtype one of [F32, F16, BF16",
                "expected, " + type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "7", "[]", "\"x\"", "{}"})
    void refusesATensorThatIsNotDescribed(String description) throws IOException {
        assertHeaderRefused("{\"w\":" + description + "}", "tensor w: ", "expected", "found");
    }

    @Test
    void refusesTensorsThatOverlap() throws IOException {
        assertHeaderRefused(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}",
                "tensor b: begin >= 16 expected, 12 found (overlaps a)");
    }

    @Test
    void refusesTheSameNameTwice() throws IOException {
        String tensor = "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
        assertHeaderRefused("{" + tensor + "," + tensor + "}", "header: JSON expected", "Duplicate field 'w'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ ", "{]}", "nonsense", "{}{}", "{\"w\":}", "[]", "\"x\"", "  ", "\u0000\u0000"})
    void refusesAHeaderThatIsNoJsonObject(String header) throws IOException {
        assertHeaderRefused(header, "header: ", "expected");
    }

    @Test
    void refusesAHeaderThatIsNestedWithoutEnd() throws IOException {
        assertHeaderRefused("{\"w\":" + "[".repeat(200_000), "header: JSON expected");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 11, 1L << 30, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void refusesHeaderLengthsThatDoNotFit(long length) throws IOException {
        Path file =
                SafetensorsFile.write(dir.resolve("bad"), length, "{}".getBytes(StandardCharsets.UTF_8), new byte[8]);
        assertRefused(
                file,
                "header length between 2 and 10 bytes expected, " + Long.toUnsignedString(length)
                        + " found (file has 18 bytes)");
    }

    @Test
    void refusesAHugeHeaderEvenIfTheFileIsAsLarge() throws IOException {
        Path file = dir.resolve("huge");
        SafetensorsFile.write(file, 1L << 30, "{}".getBytes(StandardCharsets.UTF_8), new byte[0]);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(2L << 30);
        }
        assertRefused(file, "header length between 2 and 104857600 bytes expected, 1073741824 found");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void refusesAFileTooShortForALength(int bytes) throws IOException {
        assertRefused(
                Files.write(dir.resolve("short"), new byte[bytes]), "at least 8 bytes expected, " + bytes + " found");
    }

    @Test
    void refusesTheTinyModelCutAnywhere() throws IOException {
        byte[] whole = Files.readAllBytes(Golden.tiny("dtype_probe.safetensors"));
        for (int length = 0; length < whole.length; length++) {
            Path cut = Files.write(dir.resolve("cut"), Arrays.copyOf(whole, length));
            assertRefused(cut, "expected");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void meetsAnyBrokenHeaderWithATypedException(long seed) throws IOException {
        byte[] whole = Files.readAllBytes(Golden.tiny("dtype_probe.safetensors"));
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] bad = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            Path file = Files.write(dir.resolve("bad"), bad);
            try (SafetensorsReader reader = SafetensorsReader.open(file)) {
                for (String name : reader.entries().keySet()) {
                    assertThat(reader.map(name).remaining()).isBetween(0, bad.length);
                }
            } catch (ModelFormatException e) {
                assertThat(e).as("seed %d round %d", seed, round).hasMessageStartingWith(file + ": ");
            }
        }
    }
}
