package dev.scriptorium.trainer.pretrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.trainer.draw.Alphabet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files beside the weights of a line model: {@code config.json} from this build's template and a
 * {@code tokenizer.json} with one token a character, in the formats that the real checkpoint uses.
 */
final class NanoFiles {
    /** Ids before the first character: begin, end, padding. */
    static final int FIRST_CHARACTER = 3;

    static final int BOS = 0;
    static final int EOS = 1;
    static final int PAD = 2;

    private static final String TEMPLATE = "nano-config.json";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private NanoFiles() {}

    /** Rows of the embedding: specials, characters, and the image's own id at the end. */
    static int vocabulary() {
        return FIRST_CHARACTER + Alphabet.size() + 1;
    }

    /** The id that stands at the places of vision tokens. */
    static int imageId() {
        return vocabulary() - 1;
    }

    /** Writes both files into a model folder. */
    static void write(Path dir) throws IOException {
        Files.createDirectories(dir);
        JSON.writeValue(dir.resolve("config.json").toFile(), config());
        JSON.writeValue(dir.resolve("tokenizer.json").toFile(), tokenizer());
    }

    private static ObjectNode config() throws IOException {
        try (InputStream in = NanoFiles.class.getResourceAsStream(TEMPLATE)) {
            ObjectNode config = (ObjectNode) JSON.readTree(in);
            ((ObjectNode) config.get("language_config")).put("vocab_size", vocabulary());
            return config;
        }
    }

    private static ObjectNode tokenizer() {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        ObjectNode vocabulary = JSON.createObjectNode();
        special(added, vocabulary, "<｜begin▁of▁sentence｜>", BOS);
        special(added, vocabulary, "<｜end▁of▁sentence｜>", EOS);
        special(added, vocabulary, "<｜▁pad▁｜>", PAD);
        for (int i = 0; i < Alphabet.size(); i++) {
            vocabulary.put(String.valueOf(Alphabet.CHARACTERS.charAt(i)), FIRST_CHARACTER + i);
        }
        special(added, vocabulary, "<image>", imageId());
        root.putNull("normalizer").putNull("pre_tokenizer").putNull("post_processor");
        root.putObject("decoder").put("type", "Fuse");
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout").put("unk_token", "<｜▁pad▁｜>");
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false);
        model.set("vocab", vocabulary);
        model.putArray("merges");
        return root;
    }

    private static void special(ArrayNode added, ObjectNode vocabulary, String content, int id) {
        vocabulary.put(content, id);
        added.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }
}
