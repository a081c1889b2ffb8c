package dev.scriptorium.model.confidence;

import dev.scriptorium.model.confidence.TokenScores.Token;
import dev.scriptorium.model.confidence.TokenScores.Word;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class TokenScoresTest {
    private static final TokenScores TWO_WORDS = new TokenScores(
            List.of(
                    new Token("n", -1),
                    new Token("o", -2),
                    new Token(" ", -4),
                    new Token("i", -8),
                    new Token("t", -16)),
            OptionalDouble.of(-32));

    @Test
    void countsTheEndAmongTheChoicesOfATextThatEnded() {
        assertThat(TWO_WORDS.surprise()).isEqualTo(new Surprise(6, 63, 32));
        assertThat(new TokenScores(TWO_WORDS.tokens(), OptionalDouble.empty()).surprise())
                .isEqualTo(new Surprise(5, 31, 16));
        assertThat(TokenScores.NONE.surprise()).isEqualTo(Surprise.NONE);
    }

    @Test
    void countsTheChoicesThatBoundAWordAmongItsOwn() {
        assertThat(TWO_WORDS.words())
                .containsExactly(
                        new Word("no", new Surprise(3, 7, 4)), // n o and the space that ends it
                        new Word("it", new Surprise(4, 60, 32))); // the space that begins it, i t and the end
    }

    @Test
    void findsWordsInTokensThatBringTheirOwnSpaces() {
        TokenScores scores = new TokenScores(
                List.of(
                        new Token(" ", -1),
                        new Token("wor", -2),
                        new Token("d one", -4),
                        new Token(" two\n", -8),
                        new Token("  ", -16)),
                OptionalDouble.empty());

        assertThat(scores.words())
                .containsExactly(
                        new Word("word", new Surprise(3, 7, 4)),
                        new Word("one", new Surprise(2, 12, 8)),
                        new Word("two", new Surprise(1, 8, 8)));
    }

    @Test
    void keepsALogProbabilityThatRoundingLiftedAboveZeroFromBecomingNegative() {
        assertThat(new TokenScores(List.of(new Token("a", 1e-7f)), OptionalDouble.of(1e-7)).surprise())
                .isEqualTo(new Surprise(2, 0, 0));
    }

    @Test
    void sayWithoutACalibrationWhatTheModelSays() {
        TokenScores sure = new TokenScores(
                List.of(new Token("a", (float) Math.log(0.5)), new Token("b", 0)), OptionalDouble.of(0));

        assertThat(Confidence.UNCALIBRATED.ofText(sure)).isEqualTo(0.75, within(1e-6));
        assertThat(Confidence.UNCALIBRATED.ofWord(sure.words().get(0))).isEqualTo(Math.pow(0.5, 1 / 3.0), within(1e-6));
        assertThat(Confidence.UNCALIBRATED.ofText(TokenScores.NONE)).isZero();
    }
}
