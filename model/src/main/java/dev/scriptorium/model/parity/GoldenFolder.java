package dev.scriptorium.model.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.image.UnreadableImageException;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * A folder of goldens: {@code index.json} describes what lies beside it.
 *
 * @param dir the folder
 * @param index its description
 * @see "SPEC section 13.3"
 */
record GoldenFolder(Path dir, JsonNode index) {
    private static final String INDEX = "index.json";
    private static final long MAX_PIXELS = 100_000_000;

    /**
     * Opens a folder.
     *
     * @throws ModelFormatException if it is none of goldens
     */
    static GoldenFolder open(Path dir) throws IOException {
        if (!Files.isRegularFile(dir.resolve(INDEX))) {
            throw new ModelFormatException(dir + ": a folder of goldens with " + INDEX + " expected, none found");
        }
        GoldenFolder golden = new GoldenFolder(dir, parse(dir.resolve(INDEX)));
        golden.at(golden.index, "preprocess");
        golden.at(golden.index, "cases");
        return golden;
    }

    /** A file or folder that has to be there. */
    Path file(String name) {
        Path file = dir.resolve(name);
        if (!Files.exists(file)) {
            throw new ModelFormatException(dir + ": file " + name + " expected, none found");
        }
        return file;
    }

    /** A JSON file of the folder. */
    JsonNode json(String name) throws IOException {
        return parse(file(name));
    }

    /** A key that has to be there. */
    JsonNode at(JsonNode node, String key) {
        JsonNode value = node.get(key);
        if (value == null) {
            throw new ModelFormatException(dir.resolve(INDEX) + ": key '" + key + "' expected, none found");
        }
        return value;
    }

    /** The description of a prepared page, such as {@code square.tiny}. */
    JsonNode preprocess(String name) {
        return at(at(index, "preprocess"), name);
    }

    RgbImage image(String name) throws IOException {
        try {
            return new ImageDecoder(MAX_PIXELS).decode(name, ByteBuffer.wrap(Files.readAllBytes(file(name))));
        } catch (UnreadableImageException e) {
            throw new ModelFormatException(dir + ": " + e.getMessage(), e);
        }
    }

    /** A page prepared as the model is shown it. */
    PageViews views(String name, PageTiler tiler) throws IOException {
        JsonNode page = preprocess(name);
        Mode mode = Mode.of(at(page, "mode").asText());
        return tiler.views(image(at(page, "image").asText()), mode);
    }

    /** A page's prompt. The reference strips white space before it reads. */
    PromptTokens prompt(String name, PromptEncoder encoder, int visionTokens) {
        return encoder.encode(at(preprocess(name), "prompt").asText().strip(), visionTokens);
    }

    static int[] ids(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    private static JsonNode parse(Path file) throws IOException {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(file + ": JSON expected, " + e.getOriginalMessage(), e);
        }
    }
}
