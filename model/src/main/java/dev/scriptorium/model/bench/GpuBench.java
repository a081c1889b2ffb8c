package dev.scriptorium.model.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.config.NvidiaSmi;
import dev.scriptorium.model.image.ImageNormalizer;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import dev.scriptorium.model.weights.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a GPU does with a page model of random weights, drawn on the device: views, prompts and steps of decoding for each
 * mode, length of answers and number of sequences, how near decoding comes to the device's memory bandwidth, and pages per
 * second as they follow. Experts are grouped whatever the device, so that a processor runs what a GPU runs.
 *
 * <p>A step is measured in the middle of the answer, where it takes what it takes on average: its time grows in proportion
 * to the positions before it.
 *
 * @param compute what is computed in, and where
 * @param modes each with its own views and prompt
 * @param tokens lengths of answers
 * @param sequences decoded together
 * @param lots how much is done at once
 * @param rounds measured after one that is not
 * @param seed of weights and tokens
 */
public record GpuBench(
        Compute compute,
        List<Mode> modes,
        List<Integer> tokens,
        List<Integer> sequences,
        Lots lots,
        int rounds,
        long seed) {
    private static final Logger LOG = LoggerFactory.getLogger(GpuBench.class);

    /** Tokens of text around the pictures. */
    private static final int QUESTION = 6;

    /** Tiles of a page of A4 in Gundam mode. */
    private static final int TILES = 6;

    /** Positions of a block of keys and values, as the engine has them. */
    private static final int BLOCK = 256;

    /** Steps of a round. */
    private static final int STEPS = 8;

    private static final int COPIES = 8;

    /** For activations and what libraries take, on a GPU. */
    private static final long HEADROOM_BYTES = 4L << 30;

    public GpuBench {
        modes = List.copyOf(modes);
        tokens = List.copyOf(tokens);
        sequences = List.copyOf(sequences);
        boolean positive = tokens.stream().allMatch(count -> count > 0)
                && sequences.stream().allMatch(count -> count > 0)
                && rounds > 0;
        if (!positive || modes.isEmpty() || tokens.isEmpty() || sequences.isEmpty()) {
            throw new IllegalArgumentException("modes, tokens, sequences: some expected, all numbers at least 1; "
                    + modes + ", " + tokens + ", " + sequences + ", rounds " + rounds + " found");
        }
        modes.forEach(mode -> {
            if (mode.side().isEmpty()) {
                throw new IllegalArgumentException(
                        "modes: such with a size of their own expected, " + mode.label() + " found");
            }
        });
    }

    /**
     * How much is done at once.
     *
     * @param promptTokens of prompts that go in together, at most, but one
     * @param pixels of views that are encoded together, at most, but one
     * @param copyBytes of the tensor that tells the memory bandwidth: more than caches hold
     */
    public record Lots(int promptTokens, long pixels, long copyBytes) {
        /** As the engine does it there. */
        public static Lots of(Compute compute) {
            return compute.onCpu() ? new Lots(1_024, 1L << 20, 256L << 20) : new Lots(4_096, 16L << 20, 2L << 30);
        }
    }

    /**
     * What was found.
     *
     * @param results all numbers
     * @param busy share of the time in which the GPU did something, by stage; empty where nothing tells
     */
    public record Outcome(List<Measurement> results, Map<String, Double> busy) {
        public Outcome {
            results = List.copyOf(results);
            busy = Map.copyOf(busy);
        }
    }

    /** How many steps {@link #run} has. */
    public int steps() {
        return 3 + modes.size() * (2 + tokens.size() * sequences.size()) + sequences.size();
    }

    /**
     * Measures.
     *
     * @param config dimensions of the model
     * @param step is told after each of {@link #steps()} steps
     */
    public Outcome run(ModelConfig config, Runnable step) {
        Optional<NvidiaSmi> watch = compute.onCpu()
                ? Optional.empty()
                : NvidiaSmi.watch(compute.device().getDeviceId());
        try {
            return new Run(config, step, watch).run();
        } finally {
            watch.ifPresent(NvidiaSmi::close);
        }
    }

    /** Tokens that a page's views become. */
    static int visionTokens(Mode mode, ModelConfig config) {
        int view = rows(mode.side().orElseThrow(), config);
        int tile = rows(Mode.TILE_SIDE, config);
        // rows end with a token each, and the whole with one; two columns of tiles stand as one picture
        return view * (view + 1) + 1 + (mode.tiled() ? TILES / 2 * tile * (2 * tile + 1) : 0);
    }

    private static int rows(int side, ModelConfig config) {
        return side / config.sam().tokenWidth();
    }

    /** One network under measurement. */
    private final class Run {
        private final ModelConfig config;
        private final Runnable step;
        private final Optional<NvidiaSmi> watch;
        private final SplittableRandom random = new SplittableRandom(seed);
        private final List<Measurement> results = new ArrayList<>();
        private final Map<String, Double> busy = new LinkedHashMap<>();
        private final Map<Integer, Double> secondsAView = new LinkedHashMap<>();
        private double bandwidth;

        Run(ModelConfig config, Runnable step, Optional<NvidiaSmi> watch) {
            this.config = config;
            this.step = step;
            this.watch = watch;
        }

        Outcome run() {
            try (RandomNetwork encoder = network(RandomNetwork.Half.ENCODER)) {
                bandwidth(encoder.module());
                step.run();
                for (Mode mode : modes) {
                    view(encoder.module(), mode.side().orElseThrow());
                    if (mode.tiled()) {
                        view(encoder.module(), Mode.TILE_SIDE);
                    }
                    step.run();
                }
            }
            saw("views");
            try (RandomNetwork decoder = network(RandomNetwork.Half.DECODER)) {
                step.run();
                Map<Mode, Double> prompts = new LinkedHashMap<>();
                for (Mode mode : modes) {
                    prompts.put(mode, prompt(decoder.module(), mode));
                    step.run();
                }
                saw("prompts");
                for (Mode mode : modes) {
                    for (int length : tokens) {
                        for (int count : sequences) {
                            decode(decoder.module(), mode, length, count, prompts.get(mode));
                            step.run();
                        }
                    }
                }
                for (int count : sequences) {
                    parts(decoder.module(), count);
                    step.run();
                }
                saw("decoding");
            }
            step.run();
            return new Outcome(results, busy);
        }

        private RandomNetwork network(RandomNetwork.Half half) {
            return new RandomNetwork(config, half, compute, config.decoder().layers(), false, true, seed);
        }

        private void saw(String stage) {
            OptionalDouble share = watch.map(NvidiaSmi::busy).orElseGet(OptionalDouble::empty);
            share.ifPresent(value -> busy.put(stage, value));
        }

        /** Bytes read and written a second by copying. */
        private void bandwidth(ScriptModule module) {
            try (NDManager temporary = module.manager().newSubManager()) {
                NDArray source = draw(module, new long[] {lots.copyBytes() / Float.BYTES}, temporary);
                NDArray target = draw(module, new long[] {lots.copyBytes() / Float.BYTES}, temporary);
                List<Double> rates = new ArrayList<>();
                for (int round = -1; round < rounds; round++) {
                    long start = System.nanoTime();
                    module.train("copy_over", source, target, COPIES).tensor(temporary);
                    if (round >= 0) {
                        rates.add(2e9 * COPIES * lots.copyBytes() / (System.nanoTime() - start));
                    }
                }
                Measurement copy = Measurement.of("memory bandwidth, copying", "bytes/s", rates);
                bandwidth = copy.value();
                results.add(copy);
            }
        }

        private void view(ScriptModule module, int side) {
            if (secondsAView.containsKey(side)) {
                return;
            }
            int count = (int) Math.max(1, lots.pixels() / ((long) side * side));
            String name = "view of " + side + " x " + side + ", " + count + " together";
            Stopwatch whole = new Stopwatch(name);
            Stopwatch sam = new Stopwatch(name + ", SAM and compressor");
            Stopwatch clip = new Stopwatch(name + ", CLIP and projector");
            for (int round = -1; round < rounds; round++) {
                boolean counts = round >= 0;
                try (NDManager temporary = module.manager().newSubManager()) {
                    List<byte[]> samples =
                            IntStream.range(0, count).mapToObj(i -> noise(side)).toList();
                    NDArray scale = temporary.create(ImageNormalizer.scale());
                    whole.run(counts, () -> {
                        NDArray features = sam.take(counts, () -> {
                            NDArray bytes = module.bytes(temporary, samples, new Shape(count, side, side, 3));
                            NDArray pixels =
                                    module.infer("pixels", bytes, scale).tensor(temporary);
                            return ready(
                                    module, module.infer("sam_features", pixels).tensor(temporary), temporary);
                        });
                        clip.run(
                                counts,
                                () -> ready(
                                        module,
                                        module.infer("vision_tokens", features).tensor(temporary),
                                        temporary));
                    });
                }
            }
            results.add(whole.wallRate(count, "views"));
            results.add(sam.wallSeconds());
            results.add(clip.wallSeconds());
            secondsAView.put(side, whole.wallSeconds().value() / count);
        }

        private byte[] noise(int side) {
            byte[] samples = new byte[3 * side * side];
            random.nextBytes(samples);
            return samples;
        }

        /** @return seconds a prompt */
        private double prompt(ScriptModule module, Mode mode) {
            int length = visionTokens(mode, config) + QUESTION;
            int count = Math.max(1, lots.promptTokens() / length);
            int blocks = count * ((length + BLOCK - 1) / BLOCK);
            cache(module, blocks);
            Stopwatch watch = new Stopwatch(mode.label() + ", " + count + " prompts of " + length + " tokens");
            for (int round = -1; round < rounds; round++) {
                try (NDManager temporary = module.manager().newSubManager()) {
                    NDArray ids = module.numbers(temporary, ids((long) count * length))
                            .reshape(count, length);
                    watch.run(round >= 0, () -> {
                        NDArray embedded = module.infer("embed", ids).tensor(temporary);
                        NDArray logits = module.infer("prefill", embedded, 0).tensor(temporary);
                        module.infer("chosen", logits, module.numbers(temporary))
                                .tensor(temporary);
                    });
                }
            }
            results.add(watch.wallRate(count * length, "tokens"));
            return watch.wallSeconds().value() / count;
        }

        private void decode(ScriptModule module, Mode mode, int length, int count, double promptSeconds) {
            int prompt = visionTokens(mode, config) + QUESTION;
            int position = prompt + length / 2;
            String name = mode.label() + ", " + length + " tokens, " + count + " sequences";
            long bytes = cacheBytes(count, position);
            dropCache(module);
            if (bytes + (compute.onCpu() ? 0 : HEADROOM_BYTES) > compute.freeMemory()) {
                LOG.warn("event=left-out point=\"{}\" kv-bytes={}", name, bytes);
                return;
            }
            int most = position / BLOCK + 1;
            cache(module, count * most);
            Stopwatch watch = new Stopwatch(name + ", step");
            for (int round = -1; round < rounds; round++) {
                watch.run(round >= 0, () -> {
                    for (int i = 0; i < STEPS; i++) {
                        try (NDManager temporary = module.manager().newSubManager()) {
                            NDArray numbers = module.numbers(temporary, step(count, position, most));
                            module.infer("next_tokens", numbers, count, 1, position + 1, most, count * most)
                                    .tensor(temporary);
                        }
                    }
                });
            }
            double seconds = watch.wallSeconds().value() / STEPS;
            double encode = secondsAView.get(mode.side().orElseThrow())
                    + (mode.tiled() ? TILES * secondsAView.get(Mode.TILE_SIDE) : 0);
            double page = encode + promptSeconds + length * seconds / count;
            long read = neededBytes(count, position);
            add(name + ", step", "s", seconds);
            add(name, "tokens/s", count / seconds);
            add(name + ", bytes a step needs", "bytes", (double) read);
            add(name + ", memory bandwidth", "bytes/s", read / seconds);
            add(name + ", share of the bandwidth", "share", read / seconds / bandwidth);
            add(name + ", from its stages", "pages/s", 1 / page);
            add(name + ", encoding", "share of a page", encode / page);
            add(name + ", prompt", "share of a page", promptSeconds / page);
        }

        /** Parts of a step in the middle of an answer, in the first mode. */
        private void parts(ScriptModule module, int count) {
            int position = visionTokens(modes.get(0), config) + QUESTION + tokens.get(0) / 2;
            int most = position / BLOCK + 1;
            cache(module, count * most);
            List<String> names = List.of("attention", "experts", "head and choice");
            for (int part = 0; part < names.size(); part++) {
                int which = part;
                Stopwatch watch = new Stopwatch("");
                for (int round = -1; round < rounds; round++) {
                    watch.run(round >= 0, () -> {
                        try (NDManager temporary = module.manager().newSubManager()) {
                            NDArray numbers = module.numbers(temporary, step(count, position, most));
                            module.infer("step_part", which, numbers, count, most, count * most)
                                    .tensor(temporary);
                        }
                    });
                }
                results.add(Measurement.of(
                        String.format(Locale.ROOT, "step of %d at %d, %s", count, position, names.get(part)),
                        "s",
                        watch.wallSeconds().samples()));
            }
        }

        private NDArray ready(ScriptModule module, NDArray tensor, NDManager temporary) {
            module.infer("one_number", tensor).tensor(temporary);
            return tensor;
        }

        /** What next_tokens takes: ids, positions, blocks one after the other, and no bans. */
        private long[] step(int count, int position, int most) {
            LongStream.Builder numbers = LongStream.builder();
            LongStream.of(ids(count)).forEach(numbers::add);
            IntStream.range(0, count).forEach(row -> numbers.add(position));
            IntStream.range(0, count * most).forEach(numbers::add);
            IntStream.range(0, count * most).forEach(block -> numbers.add(block / most));
            IntStream.range(0, count * most).forEach(numbers::add);
            return numbers.build().toArray();
        }

        private void cache(ScriptModule module, int blocks) {
            dropCache(module);
            module.train("make_cache", blocks, BLOCK, config.decoder().width()).discard();
            module.train("fill_cache").discard();
        }

        private void dropCache(ScriptModule module) {
            module.put("cache_k", List.of());
            module.put("cache_v", List.of());
            module.giveBackUnused();
        }

        private long cacheBytes(int count, int position) {
            return (long) count * (position / BLOCK + 1) * BLOCK * positionBytes();
        }

        private long positionBytes() {
            return 2L
                    * config.decoder().layers()
                    * config.decoder().width()
                    * compute.type().bytes();
        }

        /** Weights that are not of experts, experts that so many tokens choose if they choose evenly, keys and values. */
        private long neededBytes(int count, int position) {
            ModelConfig.Decoder decoder = config.decoder();
            long all = RandomNetwork.bytes(config, RandomNetwork.Half.DECODER, compute.type(), decoder.layers());
            long table = (long) decoder.vocabulary()
                    * decoder.width()
                    * compute.type().bytes();
            long expert = 3L
                    * decoder.width()
                    * decoder.expertWidth()
                    * compute.type().bytes();
            int layers = decoder.layers() - decoder.denseLayers();
            double chosen = decoder.experts()
                    * (1 - Math.pow(1 - (double) decoder.expertsPerToken() / decoder.experts(), count));
            return all
                    - table // of embeddings: a row a token
                    - Math.round((decoder.experts() - chosen) * layers * expert)
                    + (long) count * (position + 1) * positionBytes();
        }

        private long[] ids(long count) {
            return random.longs(count, 0, config.decoder().vocabulary()).toArray();
        }

        private NDArray draw(ScriptModule module, long[] shape, NDManager owner) {
            return module.train(
                            "random_weight",
                            shape,
                            DType.F32.torch(),
                            -1.0,
                            1.0,
                            ComputeDevice.torchName(compute.device()))
                    .tensor(owner);
        }

        private void add(String name, String unit, double value) {
            results.add(Measurement.of(name, unit, List.of(value)));
        }
    }
}
