package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.trainer.draw.NoTextDrawer.Drawn;
import dev.scriptorium.trainer.draw.NoTextDrawer.Kind;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NoTextDrawerTest {
    private static LineDrawer lines;

    @BeforeAll
    static void findFonts() {
        try {
            lines = LineDrawer.standard();
        } catch (IllegalStateException none) {
            Assumptions.abort("no allowed fonts on this machine: " + none.getMessage());
        }
    }

    @Test
    void drawsTheSamePicturesForTheSameSeed() {
        for (long seed = 0; seed < 50; seed++) {
            GrayImage one = new NoTextDrawer(lines, false).line(new SplittableRandom(seed));
            GrayImage two = new NoTextDrawer(LineDrawer.standard(), false).line(new SplittableRandom(seed));
            assertThat(two.pixels()).as("seed %d", seed).isEqualTo(one.pixels());
        }
    }

    @Test
    void drawsEveryKindInTheSizeOfALine() {
        NoTextDrawer drawer = new NoTextDrawer(lines, false);
        SplittableRandom random = new SplittableRandom(1);
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (int i = 0; i < 200; i++) {
            Drawn drawn = drawer.drawLine(random);
            kinds.add(drawn.kind());
            assertThat(drawn.pixels().height()).isBetween(18, 75);
            assertThat(drawn.pixels().width()).isBetween(18, 26 * 75);
        }
        assertThat(kinds).containsExactlyInAnyOrder(Kind.values());
    }

    @Test
    void drawsPagesOfEveryKind() {
        NoTextDrawer drawer = new NoTextDrawer(lines, true);
        SplittableRandom random = new SplittableRandom(2);
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (int i = 0; i < 80; i++) {
            Drawn drawn = drawer.drawPage(random);
            kinds.add(drawn.kind());
            assertThat(drawn.pixels().width()).isBetween(600, 1500);
        }
        assertThat(kinds).containsExactlyInAnyOrder(Kind.values());
    }
}
