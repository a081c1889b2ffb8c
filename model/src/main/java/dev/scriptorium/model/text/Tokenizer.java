package dev.scriptorium.model.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.model.config.DjlDefaults;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Text to token ids and back: the byte-level BPE of a checkpoint's {@code tokenizer.json}, run by
 * Hugging Face's own library out of its jar; nothing is downloaded.
 *
 * <p>No token is ever added on its own account ({@link PromptEncoder} puts the start token), and
 * decoding keeps the special tokens: table tags and boxes are special, so leaving them out would
 * lose them (SPEC section 4.3).
 *
 * <p>Safe for use by many threads until closed.
 */
public final class Tokenizer implements AutoCloseable {
    /** Starts every sequence. */
    public static final String BOS = "<｜begin▁of▁sentence｜>";
    /** Ends an answer. */
    public static final String EOS = "<｜end▁of▁sentence｜>";
    /** Fills up shorter sequences of a batch. */
    public static final String PAD = "<｜▁pad▁｜>";
    /** Stands where a vision token goes. */
    public static final String IMAGE = "<image>";

    private static final Map<String, String> OPTIONS = Map.of(
            "addSpecialTokens", "false",
            "truncation", "false",
            "padding", "false");

    private final Path file;
    private final HuggingFaceTokenizer library;
    private final Map<String, Integer> addedTokens;
    private final Map<Integer, String> pieces = new ConcurrentHashMap<>();

    private Tokenizer(Path file, HuggingFaceTokenizer library, Map<String, Integer> addedTokens) {
        this.file = file;
        this.library = library;
        this.addedTokens = addedTokens;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record TokenizerFile(
            @JsonProperty("added_tokens") List<AddedToken> addedTokens) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record AddedToken(int id, String content) {}

    /**
     * Loads {@code tokenizer.json}.
     *
     * @throws ModelFormatException if it is not a tokenizer the library can read
     * @throws IOException if it cannot be read at all
     */
    public static Tokenizer load(Path tokenizerJson) throws IOException {
        byte[] json = Files.readAllBytes(tokenizerJson);
        TokenizerFile parsed;
        try {
            parsed = new ObjectMapper().readValue(json, TokenizerFile.class);
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(
                    tokenizerJson + ": JSON of a tokenizer expected, " + e.getOriginalMessage(), e);
        }
        Map<String, Integer> added = new HashMap<>();
        if (parsed.addedTokens() != null) {
            parsed.addedTokens().forEach(token -> added.put(token.content(), token.id()));
        }
        DjlDefaults.apply();
        try {
            HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
            return new Tokenizer(tokenizerJson, library, added);
        } catch (RuntimeException e) {
            throw new ModelFormatException(tokenizerJson + ": a tokenizer expected, " + e.getMessage(), e);
        }
    }

    /** The ids of a text; none for an empty text. Special tokens written in it count as such. */
    public int[] encode(String text) {
        long[] ids = library.encode(withoutLoneSurrogates(text), false, false).getIds();
        int[] narrow = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            narrow[i] = Math.toIntExact(ids[i]);
        }
        return narrow;
    }

    /** The text of some ids, special tokens written out. Bytes that are not UTF-8 become U+FFFD. */
    public String decode(int... ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return library.decode(wide, false);
    }

    /** The text of one id, as {@link #decode} writes it; part of a character is U+FFFD. */
    public String piece(int id) {
        return pieces.computeIfAbsent(id, this::decode);
    }

    /**
     * The id of a special token such as {@link #EOS} or {@code <td>}.
     *
     * @throws ModelFormatException if this checkpoint has no such token
     */
    public int id(String specialToken) {
        Integer id = addedTokens.get(specialToken);
        if (id == null) {
            throw new ModelFormatException(file + ": special token " + specialToken + " expected, none found");
        }
        return id;
    }

    /** True if {@link #id} knows this token. */
    public boolean has(String specialToken) {
        return addedTokens.containsKey(specialToken);
    }

    /** Half a character cannot be written as UTF-8, which is what the library works on. */
    private static String withoutLoneSurrogates(String text) {
        StringBuilder clean = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else {
                clean = clean == null ? new StringBuilder(text) : clean;
                clean.setCharAt(i, '\uFFFD');
            }
        }
        return clean == null ? text : clean.toString();
    }

    @Override
    public void close() {
        library.close();
    }
}
