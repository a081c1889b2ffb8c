package dev.scriptorium.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Odd but valid, and hostile files, collected from other projects' tests. */
class SharedDocumentsTest {
    private static final ImageLimits LIMITS = new ImageLimits(20 << 20, 100_000_000, 1000);
    private static final PageRenderer RENDERER = new PageRenderer(LIMITS);

    @AfterAll
    static void close() {
        RENDERER.close();
    }

    private static Path data(String folder) {
        Optional<Path> shared = sharedFolder();
        assumeTrue(shared.isPresent(), "no folder 'shared' with reference/SPEC.md above this module");
        return shared.orElseThrow().resolve("data").resolve(folder);
    }

    private static Optional<Path> sharedFolder() {
        String named = System.getProperty("scriptorium.shared");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("shared/reference/SPEC.md"))) {
                return Optional.of(folder.resolve("shared"));
            }
        }
        return Optional.empty();
    }

    private static int pages(Path file) throws RefusedException {
        try (DocumentPages open = RENDERER.open(new Document(file, true), Optional.empty())) {
            for (int number = 1; number <= open.count(); number++) {
                open.read(number);
            }
            return open.count();
        }
    }

    @Test
    void oddButValidFilesAreTakenInWithAllTheirPages() throws Exception {
        Path folder = data("odd-formats");
        List<String> rows = Files.readAllLines(folder.resolve("expected.tsv"));
        for (String row : rows.subList(1, rows.size())) {
            String[] cells = row.split("\t", 3);
            assertThat(pages(folder.resolve(cells[0]))).as(cells[0]).isEqualTo(Integer.parseInt(cells[1]));
        }
    }

    @Test
    void hostileFilesEndInPagesOrInARefusal() throws IOException {
        List<String> taken = new ArrayList<>();
        for (Document document : new PageSource().find(List.of(data("hostile")))) {
            try {
                pages(document.path());
                taken.add(document.name());
            } catch (RefusedException e) {
                assertThat(e.getMessage()).contains(document.name());
            }
        }
        assertThat(taken).contains("one_pixel.png", "tall.png", "wide.png", "pillow_broken_exif_dpi.jpg");
        assertThat(taken).noneMatch(name -> name.startsWith("bomb") || name.startsWith("truncated"));
    }
}
