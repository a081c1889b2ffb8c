package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class BatchInvarianceTest {
    /** A token that the tiny model often writes: some answers end there, others are cut. */
    private static final int FREQUENT = 417;

    private static final int LINE_HEIGHT = 64;

    /** More than any of the sequences here takes. */
    private static final int POSITIONS = 1_500;

    private static Network network;
    private static Tokenizer tokenizer;
    private static PromptEncoder encoder;
    private static List<Question> pages;
    /** What the pages say alone. */
    private static final Map<Question, String> READ = new HashMap<>();

    /** What a sequence is made from; each run needs a new sequence. */
    private record Question(Picture picture, Prompt prompt, int visionTokens, int limit, int eos) {
        Sequence sequence() {
            return new Sequence(
                    picture,
                    encoder.encode(prompt, visionTokens),
                    limit,
                    eos,
                    new NgramRule.WholeSequence(5),
                    Set.of());
        }
    }

    @BeforeAll
    static void open() throws IOException {
        network = Network.open(Golden.tiny("model"), DType.F32);
        tokenizer = Tokenizer.load(Golden.tiny("model/tokenizer.json"));
        encoder = new PromptEncoder(tokenizer);
        RgbImage square = Golden.png(Golden.tiny("images/square_96x96.png"));
        RgbImage landscape = Golden.png(Golden.tiny("images/landscape_1300x620.png"));
        pages = List.of(
                page(square, Mode.TINY, Prompt.FREE_OCR, 12),
                page(square, Mode.TINY, Prompt.DOCUMENT, 9),
                page(landscape, Mode.TINY, Prompt.FREE_OCR, 14),
                page(landscape, Mode.SEED384, Prompt.FREE_OCR, 18));
        pages.forEach(page -> READ.put(page, read(page)));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        network.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void answersAloneAndTogetherAreTheSameWhateverTheOrderOfArrival(long seed) {
        Random random = new Random(seed);
        List<Question> questions = questions(random);
        List<String> alone = questions.stream().map(BatchInvarianceTest::alone).toList();

        List<Sequence> together = questions.stream().map(Question::sequence).toList();
        Engine engine = crowded(random, together);
        int arrived = 0;
        while (arrived < together.size() || !engine.idle()) {
            if (arrived < together.size() && random.nextInt(3) > 0) {
                engine.add(together.get(arrived++));
            } else {
                engine.step();
            }
        }

        assertThat(together.stream().map(BatchInvarianceTest::ids)).isEqualTo(alone);
    }

    @Test
    void pagesWithTransposedTileGridsAreReadTogether() {
        RgbImage portrait = Golden.png(Golden.tiny("images/portrait_700x1000.png"));
        List<Question> questions = List.of(
                page(portrait, Mode.GUNDAM, Prompt.FREE_OCR, 2),
                page(portrait.crop(0, 0, 700, 500), Mode.GUNDAM, Prompt.FREE_OCR, 2),
                page(portrait.crop(0, 100, 700, 480), Mode.GUNDAM, Prompt.FREE_OCR, 2));
        assertThat(questions.stream()
                        .map(question -> question.picture().shape())
                        .distinct())
                .hasSizeGreaterThan(1);
        List<String> alone = questions.stream().map(BatchInvarianceTest::alone).toList();
        List<Sequence> together = questions.stream().map(Question::sequence).toList();
        Engine engine = new Engine(network, 3, POSITIONS);
        together.forEach(engine::add);
        drain(engine);
        assertThat(together.stream().map(BatchInvarianceTest::ids)).isEqualTo(alone);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {5, 6, 7})
    void cancelledSequencesDisturbNoOther(long seed) {
        Random random = new Random(seed);
        List<Question> questions = questions(random);
        List<String> alone = questions.stream().map(BatchInvarianceTest::alone).toList();
        List<Sequence> together = questions.stream().map(Question::sequence).toList();
        Engine engine = crowded(random, together);
        together.forEach(engine::add);
        Set<Sequence> cancelled = new HashSet<>();
        while (!engine.idle()) {
            engine.step();
            Sequence any = together.get(random.nextInt(together.size()));
            if (cancelled.size() < 4 && random.nextInt(4) == 0 && any.running()) {
                engine.cancel(List.of(any));
                cancelled.add(any);
            }
        }
        assertThat(cancelled).isNotEmpty();
        for (int i = 0; i < together.size(); i++) {
            if (!cancelled.contains(together.get(i))) {
                assertThat(ids(together.get(i))).isEqualTo(alone.get(i));
            }
        }
    }

    /** Pages come in view by view: those that run get on meanwhile, and those that come in may be taken back. */
    @Test
    void aLongPageOnItsWayInHoldsNobodyUp() {
        RgbImage portrait = Golden.png(Golden.tiny("images/portrait_700x1000.png"));
        Question tiled = page(portrait, Mode.GUNDAM, Prompt.FREE_OCR, 4);
        Question running = new Question(
                pages.get(0).picture(), Prompt.FREE_OCR, pages.get(0).visionTokens(), 60, Generation.NO_EOS);
        List<String> alone = List.of(alone(running), alone(tiled));
        Engine engine = new Engine(network, 3, POSITIONS);
        Sequence first = running.sequence();
        engine.add(first);
        engine.step();
        engine.step();
        assertThat(first.answerLength()).isPositive();
        Sequence cancelled = tiled.sequence();
        Sequence second = tiled.sequence();
        engine.add(cancelled);
        engine.add(second);
        int before = first.answerLength();
        while (second.answerLength() == 0) {
            engine.step();
            if (first.answerLength() > before + 8) {
                engine.cancel(List.of(cancelled));
            }
        }
        assertThat(first.answerLength()).as("tokens written meanwhile").isGreaterThan(before + 16);
        drain(engine);
        assertThat(List.of(ids(first), ids(second))).isEqualTo(alone);
        assertThat(cancelled.answerLength()).isZero();
    }

    @Test
    void whatHadToBeginAgainForLackOfMemoryReadsTheSame() {
        Random random = new Random(8);
        List<Question> questions = Stream.generate(() -> line(random, 128))
                .limit(6)
                .map(it -> new Question(it.picture(), it.prompt(), it.visionTokens(), 40, Generation.NO_EOS))
                .toList();
        List<String> alone = questions.stream().map(BatchInvarianceTest::alone).toList();
        List<Sequence> together = questions.stream().map(Question::sequence).toList();
        int most = together.stream().mapToInt(Sequence::mostPositions).max().orElseThrow();
        KvShape memory = new KvShape(new KvShape(1, 4).blocksOf(most), 4);
        Engine engine = new Engine(network, new AdapterBank(network), 12, 3, memory, new AnswerLengths(1));
        together.forEach(engine::add);
        drain(engine);

        assertThat(engine.preemptions()).isPositive();
        assertThat(together.stream().map(BatchInvarianceTest::ids)).isEqualTo(alone);
    }

    /** As a GPU computes them: experts side by side, and no number of the device's asked for in a step. */
    @Test
    void groupedExpertsReadTheSame() throws IOException {
        try (Network grouped = Network.open(Golden.tiny("model"), DType.F32)) {
            grouped.group();
            Random random = new Random(9);
            List<Question> questions = questions(random);
            List<String> alone =
                    questions.stream().map(BatchInvarianceTest::alone).toList();
            List<Sequence> together = questions.stream().map(Question::sequence).toList();
            Engine engine = new Engine(grouped, 5, POSITIONS);
            together.forEach(engine::add);
            drain(engine);
            assertThat(together.stream().map(BatchInvarianceTest::ids)).isEqualTo(alone);
        }
    }

    /** One with little memory in blocks of any length. */
    private static Engine crowded(Random random, List<Sequence> sequences) {
        int most = sequences.stream().mapToInt(Sequence::mostPositions).max().orElseThrow();
        int length = List.of(8, 50, 64, 256).get(random.nextInt(4));
        int blocks = new KvShape(1, length).blocksOf(most + random.nextInt(3 * most));
        int slots = 2 + random.nextInt(4);
        int batch = 1 + random.nextInt(4);
        AnswerLengths guess = new AnswerLengths(1 + random.nextInt(20));
        return new Engine(network, new AdapterBank(network), slots, batch, new KvShape(blocks, length), guess);
    }

    private static List<Question> questions(Random random) {
        List<Question> questions = new ArrayList<>(pages);
        for (int i = 0; i < 8; i++) {
            questions.add(line(random, 64 * (2 + random.nextInt(2))));
        }
        Collections.shuffle(questions, random);
        return questions;
    }

    private static Question page(RgbImage image, Mode mode, Prompt prompt, int limit) {
        PageViews views = new PageTiler().views(image, mode);
        int visionTokens = views.visionTokens(network.config().sam().patch());
        return new Question(new Picture.Page(views), prompt, visionTokens, limit, FREQUENT);
    }

    private static Question line(Random random, int width) {
        byte[] pixels = new byte[LINE_HEIGHT * width];
        random.nextBytes(pixels);
        Picture line = new Picture.Line(new LineCanvas(pixels, width, width, LINE_HEIGHT));
        int visionTokens = LINE_HEIGHT / 64 * (width / 64 + 1) + 1;
        return new Question(line, Prompt.FREE_OCR, visionTokens, 4 + random.nextInt(16), FREQUENT);
    }

    private static String alone(Question question) {
        String read = READ.get(question);
        return read == null ? read(question) : read;
    }

    private static String read(Question question) {
        Engine engine = new Engine(network, 1, POSITIONS);
        Sequence sequence = question.sequence();
        engine.add(sequence);
        drain(engine);
        return ids(sequence);
    }

    private static void drain(Engine engine) {
        while (!engine.idle()) {
            engine.step();
        }
    }

    private static String ids(Sequence sequence) {
        return sequence.finish() + " " + Arrays.toString(sequence.answer());
    }
}
