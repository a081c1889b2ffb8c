package dev.scriptorium.model.eval;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class CharacterErrorRateTest {
    private final CharacterErrorRate rates = new CharacterErrorRate(false);

    @Test
    void sumsErrorsAndLengthsOverTheWholeCorpus() {
        assertThat(rates.add("abcdefghij", "abcdefghix")).isEqualTo(0.1);
        assertThat(rates.add("ab", "abxxxx")).isEqualTo(2.0);
        assertThat(rates.add("the cat", "the cat")).isZero();
        CharacterErrorRate.Scores scores = rates.scores();
        assertThat(scores.samples()).isEqualTo(3);
        assertThat(scores.cer()).isEqualTo(5.0 / 19);
        assertThat(scores.medianCer()).isEqualTo(0.1);
        assertThat(scores.cappedCer()).isCloseTo(1.1 / 3, within(1e-12));
        assertThat(scores.wer()).isEqualTo(2.0 / 4);
        assertThat(scores.exact()).isEqualTo(1.0 / 3);
    }

    @Test
    void takesTheMiddleOfTwoForTheMedian() {
        rates.add("ab", "ab");
        rates.add("ab", "xx");
        assertThat(rates.scores().medianCer()).isEqualTo(0.5);
    }

    @Test
    void doesNotMindHowSpaceAndAccentsAreWritten() {
        String composed = "ti\u1EBFng Vi\u1EC7t";
        String decomposed = " tie\u0302\u0301ng\u00A0\n\t Vie\u0323\u0302t\u3000";
        assertThat(rates.add(composed, decomposed)).isZero();
        assertThat(rates.scores().exact()).isEqualTo(1);
    }

    @Test
    void countsCharactersNotCodeUnits() {
        assertThat(rates.add("😀😀", "😀x")).isEqualTo(0.5);
    }

    @Test
    void foldsCaseWhenAsked() {
        assertThat(rates.add("TOTAL Đỗ", "total đỗ")).isGreaterThan(0.5);
        assertThat(new CharacterErrorRate(true).add("TOTAL Đỗ", "total đỗ")).isZero();
    }

    @Test
    void judgesAnEmptyTruth() {
        assertThat(rates.add("", " \n")).isZero();
        assertThat(rates.add("", "x")).isEqualTo(1);
        assertThat(rates.scores().cer()).isEqualTo(1);
        assertThat(rates.scores().exact()).isEqualTo(0.5);
    }

    @Test
    void isZeroWithoutSamples() {
        assertThat(rates.scores()).isEqualTo(new CharacterErrorRate.Scores(0, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void liesBetweenZeroAndTheLongerLengthOverTheTruths(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            String truth = text(random);
            String reading = text(random);
            double rate = CharacterErrorRate.of(truth, reading);
            int longer = Math.max(
                    rates.normalize(truth).length(), rates.normalize(reading).length());
            int length = rates.normalize(truth).length();
            assertThat(rate).isBetween(0.0, length == 0 ? 1.0 : (double) longer / length);
            assertThat(CharacterErrorRate.of(truth, truth)).isZero();
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            text.append("ab c".charAt(random.nextInt(4)));
        }
        return text.toString();
    }
}
