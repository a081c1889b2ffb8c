package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.LineFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class PageDrawerTest {
    private static final int MOST_BYTES = 200_000;

    @TempDir
    private static Path folder;

    private static List<String> pages;

    @BeforeAll
    static void drawThePages() throws IOException {
        try {
            new PageDrawer(FontCatalog.system(), folder).draw();
        } catch (IllegalStateException missing) {
            Assumptions.abort("fonts of the sample pages are not on this machine: " + missing.getMessage());
        }
        pages = Files.readAllLines(folder.resolve("index.txt"));
    }

    @Test
    void writesEveryPageWithItsTruth() throws IOException {
        assertThat(pages).hasSize(8).doesNotHaveDuplicates();
        for (String page : pages) {
            assertThat(Files.size(folder.resolve(page))).as(page).isBetween(1L, (long) MOST_BYTES);
            String truth = Files.readString(truth(page));
            assertThat(Alphabet.covers(truth.replace("\n", "").replace("\f", "")))
                    .as(page)
                    .isTrue();
            assertThat(truth.isEmpty()).as(page).isEqualTo(page.startsWith("blank"));
        }
    }

    private static Path truth(String page) {
        return folder.resolve(page.substring(0, page.lastIndexOf('.')) + ".txt");
    }

    @Test
    void drawsPagesWhoseLinesCanBeFound() throws IOException {
        for (String page :
                List.of("book-page.png", "two-columns.png", "skewed-page.png", "noisy-page.png", "blank-page.png")) {
            List<FoundLine> lines = new LineFinder()
                    .find(GrayImage.of(ImageIO.read(folder.resolve(page).toFile())))
                    .lines();
            assertThat(lines).as(page).hasSameSizeAs(Files.readAllLines(truth(page)));
        }
    }

    @Test
    void tellsNothingThatTheTrainingTextsTell() throws IOException {
        String prose = new TextSource().prose();
        for (String page : pages) {
            for (String line : Files.readAllLines(truth(page))) {
                if (line.length() > 24) {
                    assertThat(prose).as(page).doesNotContain(line);
                }
            }
        }
    }
}
