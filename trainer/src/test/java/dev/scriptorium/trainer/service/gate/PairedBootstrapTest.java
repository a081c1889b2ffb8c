package dev.scriptorium.trainer.service.gate;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PairedBootstrapTest {

    @Test
    void isSureOfWhatEveryDocumentShows() {
        assertThat(share(1, 1, 1, 1, 1, 1)).isEqualTo(1);
        assertThat(share(-1, -1, -1, -1, -1, -1)).isZero();
        assertThat(share(0, 0, 0, 0, 0, 0)).isZero();
    }

    @Test
    void isNotSureOfWhatOneDocumentShows() {
        // that one is not drawn in (1 - 1/10)^10 = 35 % of the resamples
        assertThat(share(50, 0, 0, 0, 0, 0, 0, 0, 0, 0)).isBetween(0.62, 0.68);
    }

    @Test
    void takesPagesOfOneDocumentForOneWitness() {
        List<PageScore> before = new ArrayList<>();
        List<PageScore> after = new ArrayList<>();
        for (int page = 0; page < 40; page++) {
            before.add(score(page < 20 ? "good" : "bad", 10));
            after.add(score(page < 20 ? "good" : "bad", page < 20 ? 8 : 11));
        }
        // two documents: a quarter of the resamples holds the bad one only
        assertThat(PairedBootstrap.betterShare(before, after, 4_000, 1)).isBetween(0.72, 0.78);
    }

    @Test
    void givesTheSameAnswerForTheSameSeed() {
        assertThat(share(3, -2, 1, 0, 4, -3, 2)).isEqualTo(share(3, -2, 1, 0, 4, -3, 2));
    }

    private static double share(int... gains) {
        List<PageScore> before = new ArrayList<>();
        List<PageScore> after = new ArrayList<>();
        for (int i = 0; i < gains.length; i++) {
            before.add(score("document " + i, 100));
            after.add(score("document " + i, 100 - gains[i]));
        }
        return PairedBootstrap.betterShare(before, after, 4_000, 1);
    }

    private static PageScore score(String document, int errors) {
        return new PageScore(document, 200, errors, 200, false, 1);
    }
}
