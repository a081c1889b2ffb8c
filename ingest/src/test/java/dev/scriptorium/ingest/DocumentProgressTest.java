package dev.scriptorium.ingest;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class DocumentProgressTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aNoteSaysAllThatIsKnown(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int count = 1 + random.nextInt(300);
            DocumentProgress progress = DocumentProgress.start(count, "0123abcd");
            for (int number = 1; number <= random.nextInt(count + 1); number++) {
                progress = random.nextInt(4) == 0 ? progress.refused(number) : progress.sent(number);
            }
            assertThat(DocumentProgress.of(progress.done(), progress.note()))
                    .as("seed %d round %d", seed, round)
                    .contains(progress);
        }
    }

    @Test
    void whatIsLeftIsWhatComesAfterAndWhatWasRefused() {
        DocumentProgress progress =
                DocumentProgress.start(5, "x").sent(1).refused(2).sent(3);
        assertThat(progress.lacks(1)).isFalse();
        assertThat(progress.lacks(2)).isTrue();
        assertThat(progress.lacks(3)).isFalse();
        assertThat(progress.lacks(4)).isTrue();
        assertThat(progress.sent(2).lacks(2)).as("tried again").isFalse();
        assertThat(progress.sent(2).done()).isEqualTo(3);
    }

    @Test
    void aNoteFitsIntoAnOffsetHoweverManyPagesAreRefused() {
        DocumentProgress progress = DocumentProgress.start(20_000, "x");
        for (int number = 1; number <= 20_000; number += 2) {
            progress = progress.refused(number);
        }
        assertThat(progress.note().length()).isLessThan(4096);
    }

    @Test
    void anotherProgramsNoteIsNone() {
        assertThat(DocumentProgress.of(7, "")).isEmpty();
        assertThat(DocumentProgress.of(7, "pages=x")).isEmpty();
    }
}
