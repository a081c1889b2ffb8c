package dev.scriptorium.ingest.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class WatchedFolderTest {
    @TempDir
    Path folder;

    private Path put(WatchedFolder watched, String name, String content) throws IOException {
        Path file = watched.inbox().resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void aFileGoesFromStationToStationWithItsFolder() throws Exception {
        WatchedFolder watched = new WatchedFolder(folder);
        WatchedFolder.Work work = watched.take(put(watched, "letters/a.pdf", "x"));
        assertThat(work.domain()).contains("letters");
        assertThat(watched.interrupted()).containsExactly(work);

        WatchedFolder.Sent sent = watched.markSent(work, "doc");
        assertThat(watched.interrupted()).isEmpty();
        assertThat(watched.notPutAway()).containsExactly(sent);

        watched.end(sent.work(), watched.doneAs(sent.work()));
        assertThat(folder.resolve("done/letters/a.pdf")).hasContent("x");
        assertThat(watched.notPutAway()).isEmpty();
        assertThat(folder.resolve("working/.sent")).isEmptyDirectory();
    }

    @Test
    void nothingIsOverwritten() throws Exception {
        WatchedFolder watched = new WatchedFolder(folder);
        for (String content : new String[] {"first", "second", "third"}) {
            WatchedFolder.Work work = watched.take(put(watched, "a.tar.gz", content));
            assertThat(work.domain()).isEmpty();
            watched.end(work, watched.failedAs(work));
        }
        assertThat(folder.resolve("failed/a.tar.gz")).hasContent("first");
        assertThat(folder.resolve("failed/a.tar~2.gz")).hasContent("second");
        assertThat(folder.resolve("failed/a.tar~3.gz")).hasContent("third");
    }
}
