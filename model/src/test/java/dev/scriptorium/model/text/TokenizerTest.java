package dev.scriptorium.model.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TokenizerTest {
    private static Tokenizer tokenizer;

    @TempDir
    private Path dir;

    @BeforeAll
    static void load() throws IOException {
        tokenizer = Tokenizer.load(Golden.tiny("model/tokenizer.json"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    static Stream<JsonNode> goldenTexts() {
        return StreamSupport.stream(
                Golden.json(Golden.tiny("tokenizer_golden.json")).spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("goldenTexts")
    void encodesAndDecodesAsTheReference(JsonNode golden) {
        String text = golden.get("text").asText();
        int[] ids = StreamSupport.stream(golden.get("ids").spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
        assertThat(tokenizer.encode(text)).containsExactly(ids);
        assertThat(tokenizer.decode(ids)).isEqualTo(text);
    }

    @Test
    void knowsTheSpecialTokensOfTheFixture() {
        JsonNode ids = Golden.json(Golden.tiny("index.json")).get("special_ids");
        assertThat(tokenizer.id(Tokenizer.BOS)).isEqualTo(ids.get("bos").asInt());
        assertThat(tokenizer.id(Tokenizer.EOS)).isEqualTo(ids.get("eos").asInt());
        assertThat(tokenizer.id(Tokenizer.PAD)).isEqualTo(ids.get("pad").asInt());
        assertThat(tokenizer.id(Tokenizer.IMAGE)).isEqualTo(ids.get("image").asInt());
        for (String token :
                new String[] {"<|ref|>", "<|/ref|>", "<|det|>", "<|/det|>", "<|grounding|>", "<td>", "</tr>"}) {
            assertThat(tokenizer.id(token)).isEqualTo(ids.get(token).asInt());
        }
        assertThat(tokenizer.has("<|nothing|>")).isFalse();
        assertThatThrownBy(() -> tokenizer.id("<|nothing|>"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("tokenizer.json: special token <|nothing|> expected, none found");
    }

    @Test
    void writesLongTextsWithoutCuttingThem() {
        String text = "a b\n".repeat(20_000);
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void survivesHalfACharacterAndNul() {
        assertThat(tokenizer.decode(tokenizer.encode("a\uD83Db\uDE00\0c"))).isEqualTo("a\uFFFDb\uFFFD\0c");
    }

    @Test
    void writesBytesThatAreNotUtf8AsReplacementCharacters() {
        int[] half = IntStream.of(tokenizer.encode("😀")).limit(2).toArray();
        assertThat(tokenizer.decode(half)).isEqualTo("\uFFFD");
    }

    @Test
    void leavesOutIdsThatNoTokenHas() {
        assertThat(tokenizer.decode(67, 511, 1_000_000, 68)).isEqualTo("ab");
    }

    @Test
    void refusesAFileThatIsNoTokenizer() throws IOException {
        Path broken = Files.writeString(dir.resolve("broken.json"), "{\"added_tokens\": [");
        assertThatThrownBy(() -> Tokenizer.load(broken))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("broken.json: JSON of a tokenizer expected");
        Path other = Files.writeString(dir.resolve("other.json"), "{\"model\": {\"type\": \"none\"}}");
        assertThatThrownBy(() -> Tokenizer.load(other))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("other.json: a tokenizer expected");
    }
}
