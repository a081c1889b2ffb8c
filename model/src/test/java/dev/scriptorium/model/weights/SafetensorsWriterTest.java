package dev.scriptorium.model.weights;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SafetensorsWriterTest {
    @TempDir
    private Path dir;

    @Test
    void readsBackWhatItWrote() throws IOException {
        Path file = dir.resolve("weights.safetensors");
        new SafetensorsWriter()
                .metadata("step", "7")
                .put("a.weight", DType.F32, new long[] {2, 3}, new float[] {1, 2, 3, 4, 5, -6.5f})
                .put("scalar", DType.F32, new long[] {}, new float[] {0.25f})
                .write(file);

        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.entries().keySet()).containsExactly("a.weight", "scalar");
            assertThat(reader.entries().get("a.weight").shape()).isEqualTo(List.of(2L, 3L));
            FloatBuffer values = reader.map("a.weight").asFloatBuffer();
            float[] found = new float[6];
            values.get(found);
            assertThat(found).containsExactly(1, 2, 3, 4, 5, -6.5f);
        }
        assertThat(dir).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void roundsToTheNearestBfloat16WithTiesToEven() throws IOException {
        Path file = dir.resolve("weights.safetensors");
        float aboveOne = Float.intBitsToFloat(0x3f800000 | 0x8000); // half-way between 1 and the next bfloat16
        float aboveNext = Float.intBitsToFloat(0x3f810000 | 0x8000);
        float[] values = {1, aboveOne, aboveNext, -0f, Float.NaN, Float.POSITIVE_INFINITY};
        new SafetensorsWriter()
                .put("w", DType.BF16, new long[] {values.length}, values)
                .write(file);

        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            ShortBuffer bits = reader.map("w").asShortBuffer();
            assertThat(bits.get(0)).isEqualTo((short) 0x3f80);
            assertThat(bits.get(1)).isEqualTo((short) 0x3f80);
            assertThat(bits.get(2)).isEqualTo((short) 0x3f82);
            assertThat(bits.get(3)).isEqualTo((short) 0x8000);
            assertThat(bits.get(4) & 0x7fff).isGreaterThan(0x7f80);
            assertThat(bits.get(5)).isEqualTo((short) 0x7f80);
        }
    }

    @Test
    void refusesAShapeThatDoesNotFit() {
        assertThatThrownBy(() -> new SafetensorsWriter().put("w", DType.F32, new long[] {2, 2}, new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor w: [2, 2] elements expected, 3 found");
    }
}
