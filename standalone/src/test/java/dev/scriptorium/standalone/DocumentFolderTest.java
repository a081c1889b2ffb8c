package dev.scriptorium.standalone;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.write.DocumentFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DocumentFolderTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/passwd", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "a\0b", "C:x", ".hidden"})
    void namesNeverLeadOutOfTheFolder(String name) throws IOException {
        Path inside = folder.resolve("out");
        Path file = new DocumentFolder(inside, DocumentFormat.TEXT)
                .write(RecognizedDocument.of("id", "", List.of(new MissingPage(1, "TIMEOUT", ""))), name);
        assertThat(file.getParent()).isEqualTo(inside);
        assertThat(file.getFileName().toString()).doesNotStartWith(".").endsWith(".txt");
        assertThat(file).content().isEqualTo("[page 1 is missing: TIMEOUT]\n");
    }

    @Test
    void namesThatLoseCharactersStayApart() {
        assertThat(DocumentFolder.fileName("Tập 7.pdf")).isEqualTo("Tập 7.pdf");
        assertThat(DocumentFolder.fileName("a/b")).isNotEqualTo(DocumentFolder.fileName("a_b"));
        assertThat(DocumentFolder.fileName("x".repeat(500))).hasSizeLessThan(140);
    }

    @Test
    void leavesNothingBehindOfAFileThatCannotBeWritten() throws IOException {
        Iterator<DocumentPage> broken = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public DocumentPage next() {
                throw new UncheckedIOException(new IOException("gone"));
            }
        };
        DocumentFolder out = new DocumentFolder(folder, DocumentFormat.TEXT);
        assertThatThrownBy(() -> out.write(new RecognizedDocument("id", "", broken), "name"))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(folder).isEmptyDirectory();
    }
}
