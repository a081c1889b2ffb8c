package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.eval.LineAlignment;
import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.image.LineFinder;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.image.UnreadableImageException;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.Compute;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How likely a text is to a model that sees the page: the text is given token by token and the probability of each is
 * taken, as decoding would find it (teacher forcing). A line model is given each line of the text with the line of the
 * page that was read most like it.
 *
 * <p>It is the base model that is asked, whatever adapter read the page. Not thread-safe. Keeps a network of its own.
 */
public final class Likelihood implements AutoCloseable {
    private final Network network;
    private final Tokenizer tokenizer;
    private final PromptEncoder prompts;
    private final AdapterBank bank;
    private final ModelRunner runner;
    private final ImageDecoder decoder = new ImageDecoder(ImageDecoder.DEFAULT_MAX_PIXELS);
    private final LineFinder lineFinder = new LineFinder();
    private final PageTiler tiler = new PageTiler();

    private Likelihood(Network network, Tokenizer tokenizer) {
        this.network = network;
        this.tokenizer = tokenizer;
        prompts = new PromptEncoder(tokenizer);
        bank = new AdapterBank(network);
        runner = new ModelRunner(network, bank, new BlockPool(KvShape.NONE));
    }

    /**
     * Opens a model folder.
     *
     * @param compute what it computes in, and where
     * @throws dev.scriptorium.model.config.ModelFormatException if the folder is not a valid checkpoint
     * @throws IOException if a file cannot be read
     */
    public static Likelihood open(Path modelDir, Compute compute) throws IOException {
        Network network = Network.open(modelDir, compute);
        try {
            return new Likelihood(network, Tokenizer.load(modelDir.resolve("tokenizer.json")));
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /** Natural logarithms of probabilities, added up, and over how many characters. */
    private record Sum(double logProbability, long characters) {
        private static final Sum ZERO = new Sum(0, 0);

        Sum plus(Sum other) {
            return new Sum(logProbability + other.logProbability, characters + other.characters);
        }
    }

    /**
     * The mean log-probability of a character of a text, at most 0. The end of the text counts too, so that a text that
     * stops in the middle is less likely than a whole one.
     *
     * @param request the page; its prompt does not matter, the text is taken for an answer to {@link Prompt#FREE_OCR}
     * @param regions what was read from it: they tell a line model which line is which
     * @return empty for a text without characters
     * @throws UnreadableImageException if the image cannot be decoded
     */
    public OptionalDouble perCharacter(PageRequest request, List<Region> regions, String text)
            throws UnreadableImageException {
        RgbImage image = decoder.decode("page " + request.pageId(), request.image());
        Sum sum = network.config().unit() == ModelConfig.Unit.LINE
                ? lines(image, request.mode(), regions, text)
                : whole(image, request.mode(), text);
        return sum.characters() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(sum.logProbability() / sum.characters());
    }

    private Sum whole(RgbImage image, Mode wanted, String text) {
        PageViews views = tiler.views(image, wanted == Mode.AUTO || wanted == Mode.LINE ? Mode.BASE : wanted);
        int visionTokens = views.visionTokens(network.config().sam().patch());
        return score(new Picture.Page(views), prompts.encode(Prompt.FREE_OCR, visionTokens), text);
    }

    private Sum lines(RgbImage image, Mode wanted, List<Region> regions, String text) {
        GrayImage gray = image.toGray();
        List<FoundLine> found = wanted == Mode.LINE
                ? List.of(new FoundLine(0, 0, gray.width(), gray.height(), gray))
                : lineFinder.find(gray).lines();
        List<String> read = found.stream().map(line -> read(line, regions)).toList();
        List<String> truth = text.lines().filter(line -> !line.isBlank()).toList();
        int[] partners = LineAlignment.partners(read, truth);
        return IntStream.range(0, truth.size())
                .mapToObj(i -> partners[i] == LineAlignment.NONE
                        ? unseen(truth.get(i))
                        : line(found.get(partners[i]), truth.get(i)))
                .reduce(Sum.ZERO, Sum::plus);
    }

    /** What was read in a line; nothing if it was taken for blank. */
    private static String read(FoundLine line, List<Region> regions) {
        return regions.stream()
                .filter(region -> region.x0() == line.x0()
                        && region.y0() == line.y0()
                        && region.x1() == line.x1()
                        && region.y1() == line.y1())
                .map(Region::text)
                .findFirst()
                .orElse("");
    }

    private Sum line(FoundLine line, String text) {
        LineCanvas canvas = LineCanvas.fit(line.pixels(), network.config());
        int rows = canvas.height() / network.config().sam().tokenHeight();
        int tokens = canvas.paddedWidth() / network.config().sam().tokenWidth() * rows;
        return score(new Picture.Line(canvas), prompts.encode(OcrEngine.LINE_PROMPT, tokens + rows + 1), text);
    }

    /** A text of which nothing is on the page: every token is as likely as any other. */
    private Sum unseen(String text) {
        double each = -Math.log(network.config().decoder().vocabulary());
        return new Sum(each * (tokenizer.encode(text).length + 1), characters(text));
    }

    private Sum score(Picture picture, PromptTokens prompt, String text) {
        int eos = network.config().decoder().eos();
        int[] answer = IntStream.concat(IntStream.of(tokenizer.encode(text)), IntStream.of(eos))
                .toArray();
        if (prompt.length() + answer.length > network.config().decoder().maxPositions()) {
            // longer than anything the model could write
            return unseen(text);
        }
        Sequence question = new Sequence(picture, prompt, answer.length, eos, new NgramRule.Off(), Set.of());
        double sum = 0;
        for (float logProbability : runner.logProbabilities(question, answer)) {
            sum += logProbability;
        }
        return new Sum(sum, characters(text));
    }

    private static long characters(String text) {
        return text.codePointCount(0, text.length());
    }

    @Override
    public void close() {
        tokenizer.close();
        bank.close();
        network.close();
    }
}
