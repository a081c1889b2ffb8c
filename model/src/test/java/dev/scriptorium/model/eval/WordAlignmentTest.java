package dev.scriptorium.model.eval;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class WordAlignmentTest {
    @ParameterizedTest
    @CsvSource({
        "a b c d, a b c d, ++++",
        "a b c d, a x c d, +-++",
        "a b c d, b c d, +++",
        "a b c d, a b b c d, ++-++ +-+++",
        "a b c d, ab c d, -++",
        "a, x y, --",
        "a b, b a, +- -+ --",
    })
    void saysWhichWordsOfAReadingTheTruthHasThere(String truth, String reading, String right) {
        StringBuilder found = new StringBuilder();
        for (boolean word : WordAlignment.right(words(truth), words(reading))) {
            found.append(word ? '+' : '-');
        }
        assertThat(words(right)).contains(found.toString());
    }

    private static List<String> words(String text) {
        return List.of(text.split(" ", -1));
    }
}
