package dev.scriptorium.model.eval;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LineAlignmentTest {
    private static int[] partners(String read, String truth) {
        return LineAlignment.partners(List.of(read.split("\n", -1)), List.of(truth.split("\n", -1)));
    }

    @Test
    void pairsLinesThatDiffer() {
        assertThat(partners("Gruße\naus Brernen", "Grüße\naus Bremen")).containsExactly(0, 1);
    }

    @Test
    void leavesOutWhatOneOfThemLacks() {
        assertThat(partners("noise 1234\nfirst line\nsecond line", "first line\nmissed by the reader\nsecond line"))
                .containsExactly(1, LineAlignment.NONE, 2);
    }

    @Test
    void pairsInOrderWhereNothingWasRead() {
        assertThat(partners("\n\n", "one\ntwo\nthree")).containsExactly(0, 1, 2);
        assertThat(LineAlignment.partners(List.of(), List.of("one"))).containsExactly(LineAlignment.NONE);
        assertThat(LineAlignment.partners(List.of("one"), List.of())).isEmpty();
    }
}
