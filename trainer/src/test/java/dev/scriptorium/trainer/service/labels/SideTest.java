package dev.scriptorium.trainer.service.labels;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SideTest {

    @Test
    void neverMovesADocument() {
        // A change here would let adapters be measured with what they were trained on.
        String sides = IntStream.range(0, 16)
                .mapToObj(i -> Side.of("document-" + i) == Side.HELD_OUT ? "h" : "t")
                .collect(Collectors.joining());
        assertThat(sides).isEqualTo("ttttttttthttthtt");
    }

    @Test
    void holdsOutOneDocumentInFive() {
        long held = IntStream.range(0, 10_000)
                .filter(i -> Side.of("archive/" + i) == Side.HELD_OUT)
                .count();
        assertThat(held).isBetween(1_900L, 2_100L);
    }
}
