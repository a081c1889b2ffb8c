package dev.scriptorium.model.bench;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.DType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LineBenchTest {
    @TempDir
    private Path folder;

    private Path image;

    @BeforeEach
    void draw() throws IOException {
        image = folder.resolve("line.png");
        ImageIO.write(new BufferedImage(160, 32, BufferedImage.TYPE_BYTE_GRAY), "png", image.toFile());
    }

    @Test
    void measuresEveryRoundAndTheFirstText() throws IOException {
        LineBench bench = new LineBench(List.of(image, image, image), 2);
        AtomicInteger steps = new AtomicInteger();

        List<Measurement> results = bench.run(LineBenchTest::open, steps::incrementAndGet);

        assertThat(steps).hasValue(LineBench.steps(2));
        assertThat(results).extracting(Measurement::unit).containsExactly("s", "lines/CPU s", "lines/s", "bytes");
        assertThat(results).extracting(result -> result.samples().size()).containsExactly(1, 2, 2, 1);
        assertThat(results).allSatisfy(result -> assertThat(result.value()).isPositive());
    }

    @Test
    void refusesToMeasureWhatCannotBeRead() throws IOException {
        Path text = Files.writeString(folder.resolve("text.png"), "no picture");
        LineBench bench = new LineBench(List.of(image, text), 1);

        assertThatThrownBy(() -> bench.run(LineBenchTest::open, () -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("UNDECODABLE")
                .hasMessageContaining("text.png");
        assertThatThrownBy(() -> new LineBench(List.of(), 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LineBench(List.of(image), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static OcrEngine open() throws IOException {
        Path model = BundledModel.folder();
        EngineOptions options =
                EngineOptions.suiting(ModelConfig.read(model), Optional.empty(), 100, Duration.ofMinutes(5));
        return OcrEngine.open(model, DType.F32, options);
    }
}
