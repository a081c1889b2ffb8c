package dev.scriptorium.model.engine;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PageTextTest {
    @Test
    void joinsPiecesOfOneRow() {
        List<Region> receipt = List.of(
                line(10, 100, 300, 130, "Brown Bread"),
                line(500, 102, 560, 128, "2.35"),
                line(10, 140, 300, 170, "Milk"));

        assertThat(PageText.of(receipt)).isEqualTo("Brown Bread 2.35\nMilk");
    }

    @Test
    void keepsColumnsApart() {
        List<Region> columns = List.of(
                line(10, 100, 300, 130, "first of left"),
                line(10, 140, 300, 170, "last of left"),
                line(400, 100, 700, 130, "first of right"));

        assertThat(PageText.of(columns)).isEqualTo("first of left\nlast of left\nfirst of right");
    }

    @Test
    void writesNothingForNoLines() {
        assertThat(PageText.of(List.of())).isEmpty();
    }

    @Test
    void tellsHolesFromText() {
        assertThat(PageText.onlySigns(List.of(line(10, 100, 30, 120, "@"), line(10, 900, 30, 920, "@ °"))))
                .isTrue();
        assertThat(PageText.onlySigns(List.of(line(10, 100, 30, 120, "@"), line(10, 900, 30, 920, "7"))))
                .isFalse();
        assertThat(PageText.onlySigns(List.of(line(10, 100, 900, 120, "........................"))))
                .isFalse();
    }

    private static Region line(int x0, int y0, int x1, int y1, String text) {
        return new Region(x0, y0, x1, y1, "line", text, 1);
    }
}
