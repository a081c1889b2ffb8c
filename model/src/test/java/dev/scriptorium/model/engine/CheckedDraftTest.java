package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.Shared;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.decoder.Draft;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.UnreadableImageException;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** An answer is the same to the token whether the decoder writes it alone or checks a draft, good or bad. */
class CheckedDraftTest {
    private static final int LINES = 60;
    private static final int SLOTS = 16;
    private static final int BATCH = 5;

    /** Sums over batches of another shape round otherwise. */
    private static final double ROUNDING = 1e-3;

    @TempDir
    private Path temporary;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void draftsChangeNothingThoughRepetitionIsForbidden(long seed) throws IOException {
        try (Network network = Network.open(Golden.tiny("model"), DType.F32);
                Tokenizer tokenizer = Tokenizer.load(Golden.tiny("model/tokenizer.json"))) {
            PageViews views = new PageTiler().views(Golden.png(Golden.tiny("images/square_96x96.png")), Mode.TINY);
            PromptEncoder prompts = new PromptEncoder(tokenizer);
            int visionTokens = views.visionTokens(network.config().sam().patch());
            List<Supplier<Sequence>> questions = new ArrayList<>();
            for (NgramRule rule : List.of(new NgramRule.Off(), new NgramRule.WholeSequence(3))) {
                for (int limit = 30; limit < 34; limit++) {
                    int most = limit;
                    questions.add(() -> new Sequence(
                            new Picture.Page(views),
                            prompts.encode(Prompt.FREE_OCR, visionTokens),
                            most,
                            Generation.NO_EOS,
                            rule,
                            Set.of()));
                }
            }
            List<Sequence> plain = questions.stream().map(Supplier::get).toList();
            run(network, plain);
            assertThat(plain).allMatch(sequence -> sequence.answer().length >= 3);
            checkAgainst(plain, questions, network, new Random(seed));
        }
    }

    @Test
    void linesOfBooksReadTheSameWithDraftsAndWithout() throws IOException, UnreadableImageException {
        Path folder = Shared.path("data/print-books-en/test");
        Path model = BundledModel.folder();
        try (Network network = Network.open(model, DType.F32);
                Network plainNetwork = Network.open(withoutReaders(model), DType.F32);
                Tokenizer tokenizer = Tokenizer.load(model.resolve("tokenizer.json"))) {
            assertThat(plainNetwork.drafts()).isFalse();
            List<Supplier<Sequence>> questions = lines(folder, network.config(), new PromptEncoder(tokenizer));
            List<Sequence> plain = questions.stream().map(Supplier::get).toList();
            run(plainNetwork, plain);
            if (network.drafts()) {
                List<Sequence> drafted = questions.stream().map(Supplier::get).toList();
                run(network, drafted);
                assertSame(drafted, plain);
            }
            checkAgainst(plain, questions, plainNetwork, new Random(7));
        }
    }

    private static void checkAgainst(
            List<Sequence> plain, List<Supplier<Sequence>> questions, Network network, Random random) {
        List<Sequence> guessed = IntStream.range(0, plain.size())
                .mapToObj(i -> {
                    Sequence sequence = questions.get(i).get();
                    sequence.guess(Draft.of(guess(plain.get(i).answer(), random)));
                    return sequence;
                })
                .toList();
        run(network, guessed);
        assertSame(guessed, plain);
    }

    private static void assertSame(List<Sequence> sequences, List<Sequence> plain) {
        for (int i = 0; i < plain.size(); i++) {
            assertThat(sequences.get(i).answer()).isEqualTo(plain.get(i).answer());
            assertThat(sequences.get(i).finish()).isEqualTo(plain.get(i).finish());
            assertThat(sequences.get(i).probabilities())
                    .containsExactly(plain.get(i).probabilities(), within(ROUNDING));
        }
    }

    private static void run(Network network, List<Sequence> sequences) {
        int longest = sequences.stream().mapToInt(Sequence::mostPositions).max().orElseThrow();
        KvShape memory = KvShape.of(network.config(), SLOTS, longest);
        Engine engine = new Engine(network, new AdapterBank(network), SLOTS, BATCH, memory);
        sequences.forEach(engine::add);
        while (!engine.idle()) {
            engine.step();
        }
    }

    /** The answer itself, one with mistakes, something else, or nothing. */
    private static int[] guess(int[] answer, Random random) {
        int kind = random.nextInt(6);
        if (kind == 0) {
            return new int[0];
        }
        if (kind == 1) {
            return random.ints(random.nextInt(120), 0, 100).toArray();
        }
        List<Integer> guess = new ArrayList<>();
        for (int token : answer) {
            switch (kind == 2 ? 9 : random.nextInt(20)) {
                case 0 -> guess.add(random.nextInt(100));
                case 1 -> guess.addAll(List.of(token, random.nextInt(100)));
                case 2 -> {}
                default -> guess.add(token);
            }
        }
        return guess.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Supplier<Sequence>> lines(Path folder, ModelConfig config, PromptEncoder prompts)
            throws IOException, UnreadableImageException {
        List<Path> files;
        try (Stream<Path> children = Files.list(folder)) {
            files = children.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .limit(LINES)
                    .toList();
        }
        List<Supplier<Sequence>> questions = new ArrayList<>();
        for (Path file : files) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            LineCanvas canvas = LineCanvas.fit(
                    new ImageDecoder(ImageDecoder.DEFAULT_MAX_PIXELS)
                            .decode(file.toString(), bytes)
                            .toGray(),
                    config);
            int visionTokens = canvas.paddedWidth() / config.sam().tokenWidth() + 2;
            questions.add(() -> new Sequence(
                    new Picture.Line(canvas),
                    prompts.encode(Tokenizer.IMAGE, visionTokens),
                    100,
                    config.decoder().eos(),
                    new NgramRule.Off(),
                    Set.of()));
        }
        assertThat(questions).hasSize(LINES);
        return questions;
    }

    private Path withoutReaders(Path model) throws IOException {
        Files.copy(model.resolve("config.json"), temporary.resolve("config.json"));
        SafetensorsWriter writer = new SafetensorsWriter();
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            for (String name : checkpoint.names()) {
                if (!name.startsWith("ctc_")) {
                    long[] shape = checkpoint.entry(name).shape().stream()
                            .mapToLong(Long::longValue)
                            .toArray();
                    writer.put(name, checkpoint.entry(name).type(), shape, checkpoint.floats(name));
                }
            }
        }
        writer.write(temporary.resolve("model.safetensors"));
        return temporary;
    }
}
