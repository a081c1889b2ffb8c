package dev.scriptorium.model.image;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LineFinderTest {
    private static final int WIDTH = 1240;
    private static final int HEIGHT = 1754;
    private static final double SIZE = 16;
    private static final double LEADING = 50;

    private final LineFinder finder = new LineFinder();

    @Test
    void findsEveryLineOfAPageFromTopToBottom() {
        LineFinder.Lines found = finder.find(book().gray());

        assertThat(found.lines()).hasSize(28);
        assertThat(found.skewDegrees()).isCloseTo(0, within(0.1));
        assertThat(found.inverted()).isFalse();
        for (int i = 0; i < 28; i++) {
            double baseline = 200 + i * LEADING;
            FoundLine line = found.lines().get(i);
            assertThat(line.y0()).as("top of line %d", i).isBetween((int) baseline - 34, (int) baseline - 15);
            assertThat(line.y1()).as("bottom of line %d", i).isBetween((int) baseline, (int) baseline + 16);
            assertThat(line.x0()).as("left of line %d", i).isBetween(140, 155);
            assertThat(line.x1()).as("right of line %d", i).isBetween(1000, 1110);
        }
    }

    private static LetterPage book() {
        return new LetterPage(WIDTH, HEIGHT).paragraph(150, 200, 940, 28, SIZE, LEADING);
    }

    @Test
    void leavesASmallMarginAroundALine() {
        GrayImage line = finder.find(book().gray()).lines().get(3).pixels();

        assertThat(paperAround(line)).isBetween(2, 8);
    }

    /** Width of the frame without ink. */
    private static int paperAround(GrayImage line) {
        for (int frame = 0; ; frame++) {
            for (int x = 0; x < line.width(); x++) {
                if (line.at(x, frame) < 128 || line.at(x, line.height() - 1 - frame) < 128) {
                    return frame;
                }
            }
            for (int y = 0; y < line.height(); y++) {
                if (line.at(frame, y) < 128 || line.at(line.width() - 1 - frame, y) < 128) {
                    return frame;
                }
            }
        }
    }

    @Test
    void readsTwoColumnsOneAfterTheOther() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT)
                .paragraph(120, 300, 480, 20, SIZE, LEADING)
                .paragraph(640, 300, 480, 20, SIZE, LEADING);

        List<FoundLine> lines = finder.find(page.gray()).lines();

        assertThat(lines).hasSize(40);
        assertThat(lines.subList(0, 20)).allMatch(line -> line.x1() < 640);
        assertThat(lines.subList(20, 40)).allMatch(line -> line.x0() > 600);
        assertThat(lines.subList(0, 20)).isSortedAccordingTo((a, b) -> a.y0() - b.y0());
    }

    @Test
    void readsAHeadingBeforeTheThreeColumnsBelowIt() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT)
                .line(120, 140, 1000, 2 * SIZE)
                .paragraph(100, 300, 320, 18, 12, 40)
                .paragraph(460, 300, 320, 18, 12, 40)
                .paragraph(820, 300, 320, 18, 12, 40)
                .line(120, 1400, 1000, 12);

        List<FoundLine> lines = finder.find(page.gray()).lines();

        assertThat(lines).hasSize(56);
        assertThat(lines.get(0).y1()).isLessThan(200);
        assertThat(lines.subList(1, 19)).allMatch(line -> line.x1() < 460);
        assertThat(lines.subList(19, 37)).allMatch(line -> line.x0() > 420 && line.x1() < 820);
        assertThat(lines.subList(37, 55)).allMatch(line -> line.x0() > 780);
        assertThat(lines.get(55).y0()).isGreaterThan(1350);
    }

    @Test
    void readsATableRowByRow() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT);
        for (int row = 0; row < 12; row++) {
            page.box(100, 250 + row * 60, 1000, 3);
            for (int column = 0; column < 4; column++) {
                page.line(130 + column * 250, 292 + row * 60, 160, SIZE);
            }
        }
        for (int column = 0; column < 5; column++) {
            page.box(100 + column * 250, 250, 3, 720);
        }

        List<FoundLine> lines = finder.find(page.gray()).lines();

        assertThat(lines).hasSize(48);
        for (int i = 0; i < 48; i++) {
            assertThat(lines.get(i).x0()).as("cell %d", i).isCloseTo(130 + i % 4 * 250, within(8));
            assertThat(lines.get(i).y1()).as("cell %d", i).isCloseTo(297 + i / 4 * 60, within(10));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-5, -2.3, -0.6, 0.9, 3.1, 5})
    void levelsASkewedPage(double degrees) {
        LetterPage page = new LetterPage(WIDTH, HEIGHT).turned(degrees).paragraph(200, 250, 840, 24, SIZE, LEADING);

        LineFinder.Lines found = finder.find(page.gray());

        assertThat(found.skewDegrees()).isCloseTo(degrees, within(0.15));
        assertThat(found.lines()).hasSize(24);
        for (FoundLine line : found.lines()) {
            assertThat(line.pixels().height()).as("height of the level line").isLessThan(60);
            assertThat(line.x1() - line.x0()).isGreaterThan(700);
        }
    }

    @Test
    void readsSkewedColumnsInOrder() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT)
                .turned(3)
                .paragraph(140, 300, 460, 20, SIZE, LEADING)
                .paragraph(640, 300, 460, 20, SIZE, LEADING);

        List<FoundLine> lines = finder.find(page.gray()).lines();

        assertThat(lines).hasSize(40);
        assertThat(lines.subList(0, 20)).allMatch(line -> line.x0() < 400);
        assertThat(lines.subList(20, 40)).allMatch(line -> line.x0() > 400);
    }

    @Test
    void bearsDustAndNoise() {
        assertThat(finder.find(book().dust(2500).noise(12).gray()).lines()).hasSize(28);
    }

    @Test
    void passesOverDarkScannerEdges() {
        LetterPage page = book().box(0, 0, WIDTH, 45).box(0, 0, 60, HEIGHT).box(WIDTH - 35, 0, 35, HEIGHT);

        List<FoundLine> lines = finder.find(page.gray()).lines();

        assertThat(lines).hasSize(28).allMatch(line -> line.x0() > 100 && line.y0() > 100);
    }

    @Test
    void readsLightOnDark() {
        LineFinder.Lines found = finder.find(book().inverted().gray());

        assertThat(found.inverted()).isTrue();
        assertThat(found.lines()).hasSize(28);
        GrayImage line = found.lines().get(0).pixels();
        assertThat(line.at(0, 0)).as("paper").isGreaterThan(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void turnsAPageThatLiesOnItsSideOrHead(int quarterTurns) {
        GrayImage upright = book().gray();
        List<FoundLine> expected = finder.find(upright).lines();
        GrayImage turned = upright;
        for (int i = quarterTurns; i < 4; i++) {
            turned = clockwise(turned);
        }

        LineFinder.Lines found = finder.find(turned);

        assertThat(found.quarterTurns()).isEqualTo(quarterTurns);
        assertThat(found.lines()).hasSameSizeAs(expected);
        FoundLine first = found.lines().get(0);
        assertThat(first.pixels().width()).isCloseTo(expected.get(0).pixels().width(), within(6));
        boolean sideways = quarterTurns % 2 == 1;
        assertThat(sideways ? first.y1() - first.y0() : first.x1() - first.x0())
                .as("length of the first line's box")
                .isCloseTo(first.pixels().width(), within(2));
    }

    private static GrayImage clockwise(GrayImage image) {
        int width = image.height();
        int height = image.width();
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixels[y * width + x] = (byte) image.at(y, width - 1 - x);
            }
        }
        return new GrayImage(pixels, width, height);
    }

    @Test
    void takesAPictureOfOneLineAsThatLine() {
        GrayImage picture = new LetterPage(700, 48).line(8, 33, 680, SIZE).gray();

        LineFinder.Lines found = finder.find(picture);

        assertThat(found.lines()).hasSize(1);
        assertThat(found.lines().get(0).pixels().width()).isEqualTo(700);
        assertThat(found.lines().get(0).pixels().height()).isEqualTo(48);
    }

    @Test
    void findsFaintPrint() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT).ink(185).paragraph(150, 200, 940, 28, SIZE, LEADING);

        assertThat(finder.find(page.noise(5).gray()).lines()).hasSize(28);
    }

    @Test
    void findsLinesOfAPageOf300Dpi() {
        LetterPage page = new LetterPage(2 * WIDTH, 2 * HEIGHT).paragraph(300, 400, 1880, 28, 2 * SIZE, 2 * LEADING);

        List<FoundLine> lines = finder.find(page.gray()).lines();

        assertThat(lines).hasSize(28);
        assertThat(lines.get(0).x0()).isBetween(285, 300);
    }

    @Test
    void callsAPageWithoutLettersBlank() {
        assertBlank(new LetterPage(WIDTH, HEIGHT));
        assertBlank(new LetterPage(WIDTH, HEIGHT).noise(12));
        assertBlank(new LetterPage(WIDTH, HEIGHT).dust(800).noise(8));
        assertBlank(new LetterPage(WIDTH, HEIGHT).box(0, 0, WIDTH, 45).box(0, 0, 60, HEIGHT));
        assertBlank(new LetterPage(1, 1));
        assertBlank(new LetterPage(300, 20));
    }

    @Test
    void callsRuledPaperBlank() {
        LetterPage level = new LetterPage(WIDTH, HEIGHT);
        LetterPage turned = new LetterPage(WIDTH, HEIGHT).turned(1.5);
        for (int y = 150; y < 1600; y += 60) {
            level.box(60, y, 1120, 3);
            turned.box(60, y, 1120, 3);
        }
        assertBlank(level);
        assertBlank(turned);
    }

    @Test
    void callsSquaredPaperBlank() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT).turned(0.9);
        for (int i = -WIDTH; i < 2 * WIDTH; i += 42) {
            page.box(-WIDTH, i, 4 * WIDTH, 2).box(i, -WIDTH, 2, 4 * WIDTH);
        }
        assertBlank(page);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.03, 0.2, 0.5})
    void callsSprinkledPaperBlank(double density) {
        assertBlank(new LetterPage(WIDTH, HEIGHT).dust((int) (density * WIDTH * HEIGHT / 4)));
    }

    @Test
    void callsThePrintersRasterBlank() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT);
        for (int y = 300; y < 1300; y += 10) {
            for (int x = 200; x < 1000; x += 10) {
                double side = 6 + 2 * Math.sin(x / 90.0) * Math.cos(y / 70.0);
                page.box(x, y, side, side);
            }
        }
        assertBlank(page);
    }

    @Test
    void readsTheCaptionUnderAPicture() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT).scraps(250, 200, 700, 900, 600);
        page.paragraph(200, 1300, 800, 2, SIZE, LEADING);

        List<FoundLine> lines = finder.find(page.gray()).lines();

        assertThat(lines.stream().filter(line -> line.y0() > 1250)).hasSize(2);
        assertThat(lines).hasSizeLessThan(6);
    }

    @Test
    void leavesJoinedWritingToTheModel() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT);
        for (int row = 0; row < 8; row++) {
            for (int word = 0; word < 5; word++) {
                page.word(150 + word * 190, 300 + row * 110 + word * row % 3 * 7, 150, 20);
            }
        }

        assertThat(finder.find(page.gray()).lines()).hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    void findsTheLinesOnRuledPaper() {
        LetterPage page = new LetterPage(WIDTH, HEIGHT);
        for (int y = 150; y < 1600; y += 50) {
            page.box(60, y, 1120, 2);
        }

        assertThat(finder.find(page.paragraph(150, 194, 940, 28, SIZE, LEADING).gray())
                        .lines())
                .hasSize(28);
    }

    @Test
    void callsShowThroughBlank() {
        assertBlank(new LetterPage(WIDTH, HEIGHT)
                .ink(225)
                .paragraph(150, 200, 940, 28, SIZE, LEADING)
                .noise(5));
    }

    private void assertBlank(LetterPage page) {
        assertThat(BlankGate.isBlank(page.gray())).isTrue();
        assertThat(finder.find(page.gray()).lines()).isEmpty();
    }
}
