package dev.scriptorium.model.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Compute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How long a page model takes from its folder to the first token of the first page: opening, one view through the
 * vision half, prompt through the decoder. Files in the page cache are read from there: see the first round apart
 * from the others.
 *
 * @param dir a model folder
 * @param compute what products are computed in, and where
 * @param side of the view in pixels, such as 1024
 * @param rounds how often the folder is opened; all of them count
 */
public record LoadBench(Path dir, Compute compute, int side, int rounds) {
    /** Tokens of the question behind the view. */
    private static final int QUESTION = 5;

    public LoadBench {
        if (side < 1 || rounds < 1) {
            throw new IllegalArgumentException(
                    "side and rounds: at least 1 each expected, " + side + " and " + rounds + " found");
        }
    }

    /**
     * Makes a folder to measure: the published size, 6.7 GB of random weights. Does nothing where there is one.
     *
     * @throws IOException if it cannot be written
     */
    public static void writeRandom(Path dir) throws IOException {
        if (!Files.exists(dir.resolve("config.json"))) {
            RandomCheckpoint.write(dir, 1);
        }
    }

    /**
     * Measures.
     *
     * @param step is told after each round
     * @throws dev.scriptorium.model.config.ModelFormatException if the folder is no checkpoint
     */
    public List<Measurement> run(Runnable step) {
        Stopwatch open = new Stopwatch("opening");
        Stopwatch view = new Stopwatch("view of " + side + " x " + side);
        Stopwatch prompt = new Stopwatch("prompt to first token");
        Stopwatch whole = new Stopwatch("folder to first token");
        double first = 0;
        for (int round = 0; round < rounds; round++) {
            whole.run(true, () -> {
                try (Network network = open.take(true, this::open)) {
                    readOnePage(network, view, prompt);
                }
            });
            if (round == 0) {
                first = (System.currentTimeMillis()
                                - ManagementFactory.getRuntimeMXBean().getStartTime())
                        / 1e3;
            }
            step.run();
        }
        return List.of(
                Measurement.of("start of the JVM to the end of the first round", "s", List.of(first)),
                whole.wallSeconds(),
                whole.cpuSeconds(),
                open.cpuSeconds(),
                view.cpuSeconds(),
                prompt.cpuSeconds());
    }

    private Network open() {
        try {
            return Network.open(dir, compute);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readOnePage(Network network, Stopwatch view, Stopwatch prompt) {
        ScriptModule module = network.module();
        ModelConfig.Decoder decoder = network.config().decoder();
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray pixels = temporary.zeros(new Shape(1, 3, side, side));
            NDArray vision = view.take(true, () -> module.infer(
                            "lay_out", module.infer("encode", pixels).tensor(temporary))
                    .tensor(temporary));
            int length = 1 + Math.toIntExact(vision.getShape().get(1)) + QUESTION;
            NDArray ids = temporary.create(LongStream.range(0, length).toArray());
            prompt.run(true, () -> {
                module.train("make_cache", 1, length + 1, decoder.width()).discard();
                NDArray embedded =
                        module.infer("embed_with_images", ids, vision, 1).tensor(temporary);
                NDArray logits = module.infer("prefill", embedded, 0).tensor(temporary);
                NDArray none = temporary.create(new long[0]);
                module.infer("choose_greedy", logits, none, none).tensors(temporary);
            });
        }
    }
}
