package dev.scriptorium.model.image;

import dev.scriptorium.model.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Real scans; the lines of the books were counted by eye. */
class LineFinderRealPagesTest {
    private static final double SAME = 0.4;

    @ParameterizedTest
    @CsvSource({"book_c031.tif, 25", "eurotext.tif, 12", "phototest.tif, 8"})
    void findsTheLinesThatAPersonCounts(String file, int lines) throws IOException {
        assertThat(lines(file)).hasSize(lines);
    }

    @Test
    void readsTheColumnsOfTheBrochureInOrder() throws IOException {
        List<FoundLine> lines = lines("linn.png");

        assertThat(lines).hasSizeBetween(80, 84);
        // The left column under the bullets, then the right one, then the full width again.
        assertThat(lines.subList(18, 41)).allMatch(line -> line.x1() < 1300);
        assertThat(lines.subList(42, 60)).allMatch(line -> line.x0() > 1200);
    }

    @Test
    void findsMostBoxesOfReceipts() throws IOException {
        int boxes = 0;
        int found = 0;
        for (int receipt = 0; receipt < 4; receipt++) {
            List<FoundLine> lines = lines("receipt_00" + receipt + ".jpg");
            Path truth = Shared.path("data/pages/receipt_00" + receipt + ".boxes.tsv");
            for (String row : Files.readAllLines(truth)) {
                String[] field = row.split("\t", -1);
                int x0 = Integer.parseInt(field[0]);
                int y0 = Integer.parseInt(field[1]);
                int x1 = Integer.parseInt(field[4]);
                int y1 = Integer.parseInt(field[5]);
                boxes++;
                found += lines.stream().anyMatch(line -> intersectionOverUnion(line, x0, y0, x1, y1) > SAME) ? 1 : 0;
            }
        }
        // The truth parts some rows where this finder does not, and the other way round.
        assertThat(found / (double) boxes).as("share of %d boxes found", boxes).isGreaterThan(0.75);
    }

    private static List<FoundLine> lines(String file) throws IOException {
        Path page = Shared.path("data/pages/" + file);
        return new LineFinder().find(GrayImage.of(ImageIO.read(page.toFile()))).lines();
    }

    private static double intersectionOverUnion(FoundLine line, int x0, int y0, int x1, int y1) {
        double width = Math.min(x1, line.x1()) - Math.max(x0, line.x0());
        double height = Math.min(y1, line.y1()) - Math.max(y0, line.y0());
        double both = Math.max(0, width) * Math.max(0, height);
        double one = (double) (x1 - x0) * (y1 - y0);
        double other = (double) (line.x1() - line.x0()) * (line.y1() - line.y0());
        return both / (one + other - both);
    }
}
