package dev.scriptorium.ingest;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PageRangesTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1-3", "1-3,7", "2,4,6", "9-1000000"})
    void readsWhatItWrites(String text) {
        assertThat(PageRanges.text(PageRanges.parse(text))).isEqualTo(text);
    }

    @Test
    void writesAnyPages() {
        for (int seed = 0; seed < 50; seed++) {
            BitSet pages = new BitSet();
            new Random(seed).ints(40, 1, 80).forEach(pages::set);
            assertThat(PageRanges.parse(PageRanges.text(pages)))
                    .as("seed " + seed)
                    .isEqualTo(pages);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "1-", "-1", "3-1", "1,,2", "1-2000000000", "1;2", "1 2"})
    void refusesAnythingElse(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PageRanges.parse(text))
                .withMessageContaining("expected");
    }
}
