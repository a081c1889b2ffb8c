package dev.scriptorium.model.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.Golden;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PromptEncoderTest {
    private static Tokenizer tokenizer;
    private static PromptEncoder encoder;

    @BeforeAll
    static void load() throws IOException {
        tokenizer = Tokenizer.load(Golden.tiny("model/tokenizer.json"));
        encoder = new PromptEncoder(tokenizer);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void givesPromptsOfTheReferencesLength() {
        for (JsonNode golden : Golden.json(Golden.tiny("index.json")).get("preprocess")) {
            String prompt = golden.get("prompt").asText().strip();
            int visionTokens = golden.get("n_image_tokens").asInt();
            PromptTokens tokens = encoder.encode(prompt, visionTokens);
            assertThat(tokens.length()).isEqualTo(golden.get("seq_len").asInt());
            assertThat(tokens.imageCount()).isEqualTo(visionTokens);
        }
    }

    @Test
    void putsStartThenImageThenText() {
        PromptTokens tokens = encoder.encode(Prompt.FREE_OCR, 3);
        assertThat(tokens.ids()).containsExactly(0, 490, 490, 490, 201, 351, 314, 16);
        assertThat(tokens.imageStart()).isEqualTo(1);
    }

    @Test
    void tokenizesThePiecesAroundTheImageForThemselves() {
        PromptTokens tokens = encoder.encode("ab<image>cd ", 1);
        int[] before = tokenizer.encode("ab");
        int[] behind = tokenizer.encode("cd ");
        assertThat(tokens.imageStart()).isEqualTo(1 + before.length);
        assertThat(tokens.ids())
                .startsWith(0)
                .contains(before)
                .endsWith(behind)
                .hasSize(2 + before.length + behind.length);
    }

    @Test
    void takesAPromptWithoutImage() {
        PromptTokens tokens = encoder.encode("\nFree OCR.", 77);
        assertThat(tokens.ids()).containsExactly(0, 201, 351, 314, 16);
        assertThat(tokens.imageCount()).isZero();
    }

    @Test
    void refusesTwoImages() {
        assertThatThrownBy(() -> encoder.encode("<image><image>", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one <image> at most expected");
    }
}
