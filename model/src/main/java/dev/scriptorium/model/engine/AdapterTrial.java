package dev.scriptorium.model.engine;

import ai.djl.engine.EngineException;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Reads a small picture with an adapter before any page is: an adapter can have the right shapes and still make the
 * network compute what is no number. It happens beside an engine that goes on reading, in a network that shares its
 * weights.
 *
 * <p>Not thread-safe; its thread may be another than the engine's.
 */
public final class AdapterTrial implements AutoCloseable {
    private static final String ANSWER = "Scriptorium, 1234.";

    private final Network network;
    private final Picture picture;
    private final PromptTokens prompt;
    private final int[] answer;
    private Network twin;
    private AdapterBank bank;
    private ModelRunner runner;
    private float[] plain;

    AdapterTrial(Network network, Tokenizer tokenizer) {
        this.network = network;
        ModelConfig config = network.config();
        PromptEncoder prompts = new PromptEncoder(tokenizer);
        if (config.unit() == ModelConfig.Unit.LINE) {
            LineCanvas canvas = LineCanvas.fit(strokes(320, 32).toGray(), config);
            int rows = canvas.height() / config.sam().tokenHeight();
            int tokens = canvas.paddedWidth() / config.sam().tokenWidth() * rows;
            picture = new Picture.Line(canvas);
            prompt = prompts.encode(OcrEngine.LINE_PROMPT, tokens + rows + 1);
        } else {
            PageViews views = new PageTiler().views(strokes(480, 360), Mode.TINY);
            picture = new Picture.Page(views);
            prompt = prompts.encode(
                    Prompt.FREE_OCR, views.visionTokens(config.sam().patch()));
        }
        answer = IntStream.concat(
                        IntStream.of(tokenizer.encode(ANSWER)),
                        IntStream.of(config.decoder().eos()))
                .toArray();
    }

    /**
     * Reads with the adapter what was read with the base model before.
     *
     * @param adapter read for this network's dimensions
     * @throws ModelFormatException if the adapter makes the network compute what is no probability, or not at all
     */
    public void check(LoraAdapter adapter) {
        open();
        try {
            bank.hold(Set.of(adapter));
            float[] adapted = read(Optional.of(adapter));
            for (int i = 0; i < answer.length; i++) {
                if (!isLogProbability(adapted[i])) {
                    throw new ModelFormatException("adapter " + adapter.id() + ": token " + i
                            + " of the self-test: a log-probability expected (" + plain[i] + " without the adapter), "
                            + adapted[i] + " found");
                }
            }
        } catch (EngineException e) {
            throw new ModelFormatException("adapter " + adapter.id() + ": self-test: " + e.getMessage(), e);
        } finally {
            bank.hold(Set.of());
        }
    }

    /** The first trial waits for the text to be compiled, and a worker without adapters never does. */
    private void open() {
        if (twin == null) {
            twin = network.twin();
            bank = new AdapterBank(twin);
            runner = new ModelRunner(twin, bank, new BlockPool(KvShape.NONE));
            plain = read(Optional.empty());
        }
    }

    private float[] read(Optional<LoraAdapter> adapter) {
        Sequence question = new Sequence(
                picture,
                prompt,
                adapter,
                answer.length,
                network.config().decoder().eos(),
                new NgramRule.Off(),
                Set.of());
        return runner.logProbabilities(question, answer);
    }

    /** Rounding may leave a certain token a hair above 0. */
    private static boolean isLogProbability(float number) {
        return number <= 1e-3f && number > Float.NEGATIVE_INFINITY;
    }

    /** Something like letters, without asking the machine for a font. */
    private static RgbImage strokes(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean ink = y % 32 > 8 && y % 32 < 24 && (x % 14 < 3 || (x % 28 < 14 && y % 32 == 16)) && x % 90 > 12;
                for (int channel = 0; channel < 3; channel++) {
                    pixels[3 * (y * width + x) + channel] = (byte) (ink ? 20 : 245);
                }
            }
        }
        return new RgbImage(width, height, pixels);
    }

    @Override
    public void close() {
        if (twin != null) {
            bank.close();
            twin.close();
        }
    }
}
