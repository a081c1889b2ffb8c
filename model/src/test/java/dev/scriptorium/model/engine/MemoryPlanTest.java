package dev.scriptorium.model.engine;

import ai.djl.Device;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemoryPlanTest {
    private static final ModelConfig PUBLISHED = ModelConfig.published();
    private static final long WEIGHTS = 6_672_000_000L;
    private static final long GIB = 1L << 30;

    @Test
    void countsWhatAPositionOfThePublishedModelTakes() {
        assertThat(KvShape.bytesAPosition(PUBLISHED, DType.BF16)).isEqualTo(61_440);
    }

    @Test
    void givesAllSlotsWhatTheyCanUseAndNoMore() {
        MemoryPlan plan = MemoryPlan.of(
                PUBLISHED, Compute.cpu(DType.BF16), WEIGHTS, options(PUBLISHED, OptionalLong.empty()), 64 * GIB);
        // 1,273 + 32 + 4,096 + 12 positions in blocks of 256, four times
        assertThat(plan.positions()).isEqualTo(4 * 22 * 256);
        assertThat(plan.keysAndValues()).isEqualTo(plan.positions() * 61_440);
        assertThat(plan.weights()).isEqualTo(WEIGHTS);
        assertThat(plan.shape()).isEqualTo(new KvShape(4 * 22, 256));
    }

    @Test
    void contentsItselfWithWhatIsFreeAndLeavesAPartOfIt() {
        MemoryPlan all = MemoryPlan.of(
                PUBLISHED, Compute.cpu(DType.BF16), WEIGHTS, options(PUBLISHED, OptionalLong.empty()), 64 * GIB);
        long free = WEIGHTS + all.working() + all.adapters() + GIB;
        MemoryPlan plan = MemoryPlan.of(
                PUBLISHED, Compute.cpu(DType.BF16), WEIGHTS, options(PUBLISHED, OptionalLong.empty()), free);
        assertThat(plan.keysAndValues()).isBetween(GIB * 8 / 10, GIB * 9 / 10);
    }

    @Test
    void plansForManyPagesOnAGpu() {
        Compute gpu = new Compute(DType.BF16, Device.gpu(0));
        EngineOptions options = EngineOptions.suiting(PUBLISHED, gpu, Optional.empty(), 1_000, Duration.ofMinutes(10));
        MemoryPlan plan = MemoryPlan.of(PUBLISHED, gpu, WEIGHTS, options, 139 * GIB);
        // 1,273 + 32 + 1,000 + 12 positions in blocks of 256, 64 times
        assertThat(plan.positions()).isEqualTo(64 * 10 * 256);
        assertThat(plan.working()).isBetween(6 * GIB, 10 * GIB);
        assertThatThrownBy(() -> MemoryPlan.of(PUBLISHED, gpu, WEIGHTS, options, 12 * GIB))
                .isInstanceOf(MemoryPlanException.class)
                .hasMessageContaining("memory: ");
    }

    @Test
    void takesExactlyWhatItIsGiven() {
        MemoryPlan plan = MemoryPlan.of(
                PUBLISHED, Compute.cpu(DType.BF16), WEIGHTS, options(PUBLISHED, OptionalLong.of(10 * GIB)), 64 * GIB);
        assertThat(plan.keysAndValues()).isBetween(10 * GIB - 256 * 61_440, 10 * GIB);
    }

    @Test
    void refusesToStartWhereThereIsTooLittle() {
        assertThatThrownBy(() -> MemoryPlan.of(
                        PUBLISHED, Compute.cpu(DType.BF16), WEIGHTS, options(PUBLISHED, OptionalLong.empty()), 7 * GIB))
                .isInstanceOf(MemoryPlanException.class)
                .hasMessageMatching("memory: \\d+ MiB free expected for weights 6363 MiB, working memory \\d+ MiB,"
                        + " adapters \\d+ MiB, keys and values 270 MiB \\(at least 270 MiB: one page with an answer of"
                        + " 4096 tokens\\); 7168 MiB found");
        assertThatThrownBy(() -> MemoryPlan.of(
                        PUBLISHED,
                        Compute.cpu(DType.BF16),
                        WEIGHTS,
                        options(PUBLISHED, OptionalLong.of(20 * GIB)),
                        24 * GIB))
                .isInstanceOf(MemoryPlanException.class)
                .hasMessageContaining("keys and values 20475 MiB (given 20480 MiB, at least 270 MiB");
        assertThatThrownBy(() -> MemoryPlan.of(
                        PUBLISHED,
                        Compute.cpu(DType.BF16),
                        WEIGHTS,
                        options(PUBLISHED, OptionalLong.of(GIB / 8)),
                        64 * GIB))
                .isInstanceOf(MemoryPlanException.class)
                .hasMessageContaining("keys and values 270 MiB (given 128 MiB, at least 270 MiB");
    }

    @Test
    void anEngineTakesNothingBeforeItKnowsThatAllFits() {
        EngineOptions tooMuch = new EngineOptions(4, 12, NgramRule.READING, 1 << 20, Duration.ofMinutes(1))
                .keeping(OptionalLong.of(1L << 50));
        assertThatThrownBy(() -> OcrEngine.open(Golden.tiny("model"), DType.F32, tooMuch))
                .isInstanceOf(MemoryPlanException.class)
                .hasMessageStartingWith("memory: ");
    }

    @Test
    void aLineLiesInOneBlock() throws IOException {
        ModelConfig nano = ModelConfig.read(BundledModel.folder());
        MemoryPlan plan =
                MemoryPlan.of(nano, Compute.cpu(DType.F32), 20 << 20, options(nano, OptionalLong.empty()), 4 * GIB);
        assertThat(plan.shape()).isEqualTo(new KvShape(64, 272));
    }

    @Test
    void aPageThatCanNeverFitFailsAndTheOthersAreRead() throws IOException {
        Path model = Golden.tiny("model");
        ModelConfig tiny = ModelConfig.read(model);
        long block = 256 * KvShape.bytesAPosition(tiny, DType.F32);
        EngineOptions options = new EngineOptions(2, 64, new NgramRule.Off(), 10_000_000, Duration.ofMinutes(5))
                .keeping(OptionalLong.of(2 * block));
        try (OcrEngine engine = OcrEngine.open(model, DType.F32, options)) {
            assertThat(engine.memoryPlan().keysAndValues()).isEqualTo(2 * block);
            engine.add(1, page("images/square_96x96.png", Mode.TINY));
            engine.add(2, page("images/portrait_700x1000.png", Mode.GUNDAM));
            engine.add(3, page("images/landscape_1300x620.png", Mode.TINY));
            Map<Long, PageOutcome> outcomes = new HashMap<>();
            while (engine.inFlight() > 0) {
                engine.step().forEach(page -> outcomes.put(page.ticket(), page.outcome()));
            }
            assertThat(outcomes).hasSize(3);
            assertThat(outcomes.get(1L)).isInstanceOf(PageOutcome.Read.class);
            assertThat(outcomes.get(3L)).isInstanceOf(PageOutcome.Read.class);
            assertThat(outcomes.get(2L)).isInstanceOfSatisfying(PageOutcome.Failed.class, failed -> {
                assertThat(failed.failure()).isEqualTo(PageFailure.OUT_OF_MEMORY);
                assertThat(failed.message())
                        .matches("page images/portrait_700x1000.png: prompt and answer limit of at most 512 positions"
                                + " expected, which is all KV memory, \\d+ found");
            });
        }
    }

    private static EngineOptions options(ModelConfig config, OptionalLong kvMemory) {
        return EngineOptions.suiting(config, Optional.empty(), 4096, Duration.ofMinutes(10))
                .keeping(kvMemory);
    }

    private static PageRequest page(String image, Mode mode) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Golden.tiny(image)));
        return new PageRequest(image, bytes, Prompt.FREE_OCR, mode, "");
    }
}
