package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LineDrawerTest {
    private static FontCatalog fonts;
    private static LineDrawer drawer;

    @BeforeAll
    static void findFonts() {
        try {
            fonts = FontCatalog.system();
        } catch (IllegalStateException none) {
            Assumptions.abort("no allowed fonts on this machine: " + none.getMessage());
        }
        drawer = new LineDrawer(fonts, new TextSource());
    }

    @Test
    void drawsTheSameLineForTheSameSeed() {
        LineDrawer other = new LineDrawer(fonts, new TextSource());
        for (long seed = 0; seed < 100; seed++) {
            DrawnLine one = drawer.draw(seed, 1, 80, false);
            DrawnLine two = other.draw(seed, 1, 80, false);
            assertThat(two.text()).as("seed %d", seed).isEqualTo(one.text());
            assertThat(two.pixels().pixels())
                    .as("seed %d", seed)
                    .isEqualTo(one.pixels().pixels());
        }
    }

    @Test
    void keepsToTheLengthAndTheAlphabet() {
        for (long seed = 0; seed < 1000; seed++) {
            int min = 1 + (int) (seed % 40);
            DrawnLine line = drawer.draw(seed, min, min + 20, false);
            assertThat(line.text())
                    .as("seed %d", seed)
                    .hasSizeBetween(min, min + 20)
                    .doesNotContain("  ");
            assertThat(Alphabet.covers(line.text())).as(line.text()).isTrue();
            assertThat(line.text()).isEqualTo(line.text().strip());
            assertThat(Normalizer.isNormalized(line.text(), Normalizer.Form.NFC))
                    .isTrue();
        }
    }

    @Test
    void inksEveryLineAndKeepsItOffTheEdgesMostly() {
        int touching = 0;
        for (long seed = 0; seed < 400; seed++) {
            GrayImage pixels = drawer.draw(seed, 8, 60, false).pixels();
            int darkest = 255;
            int lightest = 0;
            int edge = 0;
            for (int y = 0; y < pixels.height(); y++) {
                for (int x = 0; x < pixels.width(); x++) {
                    darkest = Math.min(darkest, pixels.at(x, y));
                    lightest = Math.max(lightest, pixels.at(x, y));
                }
                edge = Math.max(edge, 255 - pixels.at(0, y));
            }
            assertThat(lightest - darkest).as("contrast of seed %d", seed).isGreaterThan(30);
            assertThat(pixels.height()).as("height of seed %d", seed).isBetween(6, 160);
            touching += edge > 200 ? 1 : 0;
        }
        assertThat(touching).as("lines with dark pixels at the left edge").isLessThan(30);
    }

    @Test
    void neverTrainsOnAHeldOutFamily() {
        List<String> heldOut = fonts.families(true);
        assertThat(fonts.families(false)).isNotEmpty().doesNotContainAnyElementsOf(heldOut);
        Assumptions.assumeFalse(heldOut.isEmpty(), "no held-out fonts on this machine");
        Set<String> trained = names(false);
        assertThat(names(true)).doesNotContainAnyElementsOf(trained);
    }

    @Test
    void drawsOneSubjectAloneWhenAsked() {
        StringBuilder vietnamese = new StringBuilder();
        StringBuilder german = new StringBuilder();
        for (long seed = 0; seed < 60; seed++) {
            vietnamese.append(drawer.draw(new SplittableRandom(seed), 20, 60, false, Subject.VIETNAMESE)
                    .text());
            german.append(drawer.draw(new SplittableRandom(seed), 20, 60, false, Subject.GERMAN)
                    .text());
        }
        assertThat(vietnamese.toString()).containsAnyOf("ạ", "ế", "ữ").doesNotContain("ß", "z");
        assertThat(german.toString()).containsAnyOf("ß", "ü").doesNotContain("ạ", "é");
    }

    private static Set<String> names(boolean heldOut) {
        Set<String> names = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            names.add(drawer.draw(seed, 10, 40, heldOut).font());
        }
        return names;
    }

    @Test
    void saysWhereItLookedWhenThereAreNoFonts() {
        assertThatThrownBy(() -> FontCatalog.in(List.of(Path.of("no-such-folder"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no-such-folder");
    }

    @Test
    void drawsNearlyEveryCharacterOfTheAlphabet() {
        TextSource texts = new TextSource();
        SplittableRandom random = new SplittableRandom(7);
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 30_000; i++) {
            texts.next(random, 10, 60, Subject.MIXED, false).text().chars().forEach(seen::add);
        }
        assertThat(Alphabet.CHARACTERS.chars().filter(c -> !seen.contains(c)).mapToObj(Character::toString))
                .as("characters never seen")
                .containsExactlyInAnyOrderElementsOf(
                        "ſ\u0364⸗ẞ".chars().mapToObj(Character::toString).collect(Collectors.toList()));
    }

    @Test
    void givesEveryCharacterOneId() {
        assertThat(Alphabet.CHARACTERS.chars().distinct().count()).isEqualTo(Alphabet.size());
        for (int id = 0; id < Alphabet.size(); id++) {
            assertThat(Alphabet.idOf(Alphabet.CHARACTERS.charAt(id))).isEqualTo(id);
        }
        assertThat(Alphabet.idOf('\u4e00')).isEqualTo(-1);
        assertThat(Normalizer.isNormalized(Alphabet.CHARACTERS, Normalizer.Form.NFC))
                .isTrue();
    }
}
