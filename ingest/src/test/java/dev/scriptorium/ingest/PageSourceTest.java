package dev.scriptorium.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class PageSourceTest {
    @TempDir
    Path folder;

    private Path file(String name) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, name);
    }

    private List<String> names(Path... paths) throws IOException {
        return new PageSource()
                .find(List.of(paths)).stream()
                        .map(document -> folder.relativize(document.path()).toString())
                        .toList();
    }

    @Test
    void listsAFolderByNameAndGoesDeeper() throws IOException {
        file("b.png");
        file("a/2.png");
        file("a/1.png");
        file("c.tif");

        assertThat(names(folder)).containsExactly("a/1.png", "a/2.png", "b.png", "c.tif");
    }

    @Test
    void keepsTheOrderOfTheCaller() throws IOException {
        Path second = file("2.png");
        Path first = file("1.png");

        assertThat(names(second, first)).containsExactly("2.png", "1.png");
    }

    @Test
    void passesOverHiddenFilesUnlessTheyAreNamed() throws IOException {
        Path hidden = file(".hidden.png");
        file(".git/x.png");
        file("seen.png");

        assertThat(names(folder, hidden)).containsExactly("seen.png", ".hidden.png");
    }

    @Test
    void doesNotFollowALinkInACircle() throws IOException {
        file("deep/page.png");
        Files.createSymbolicLink(folder.resolve("deep/up"), folder);

        assertThat(names(folder)).containsExactly("deep/page.png");
    }

    @Test
    void listsAMissingFileSoThatItsOpeningSaysSo() throws IOException {
        assertThat(new PageSource().find(List.of(folder.resolve("none.png"))))
                .containsExactly(new Document(folder.resolve("none.png"), true));
    }
}
