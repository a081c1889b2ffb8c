package dev.scriptorium.ingest.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class InboxTest {
    @TempDir
    Path folder;

    /** A clock that is set by hand. */
    private static final class HandClock extends Clock {
        private Instant now = Instant.EPOCH;

        void pass(int seconds) {
            now = now.plusSeconds(seconds);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final HandClock clock = new HandClock();

    private Inbox inbox() {
        return new Inbox(folder, Duration.ofSeconds(2), clock);
    }

    private Path file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void takesAFileWhenItHasStayedAsItIs() throws Exception {
        Inbox inbox = inbox();
        Path file = file("a.pdf", "%PDF");
        assertThat(inbox.complete()).isEmpty();
        clock.pass(1);
        assertThat(inbox.complete()).isEmpty();
        Files.writeString(file, "%PDF-1.7");
        clock.pass(1);
        assertThat(inbox.complete()).as("it has grown").isEmpty();
        clock.pass(2);
        assertThat(inbox.complete()).containsExactly(file);
    }

    @Test
    void passesOverHiddenAndPartialFilesAndLinks() throws Exception {
        Inbox inbox = inbox();
        Path outside = Files.createTempFile("outside", ".pdf");
        try {
            for (String name : List.of(".hidden.pdf", "a.pdf.part", "b.TMP", "c.crdownload", "d.pdf~", ".git/e.pdf")) {
                file(name, "x");
            }
            Files.createSymbolicLink(folder.resolve("link.pdf"), outside);
            Path nested = file("letters/f.pdf", "x");
            Path plain = file("g.pdf", "x");
            inbox.complete();
            clock.pass(3);
            assertThat(inbox.complete()).containsExactly(plain, nested);
        } finally {
            Files.delete(outside);
        }
    }

    @Test
    void leavesAloneWhatCannotBeTakenUntilItChanges() throws Exception {
        Inbox inbox = inbox();
        Path file = file("a.pdf", "x");
        inbox.complete();
        clock.pass(2);
        assertThat(inbox.complete()).containsExactly(file);
        inbox.leave(file);
        assertThat(inbox.complete()).isEmpty();
        Files.writeString(file, "xy");
        inbox.complete();
        clock.pass(2);
        assertThat(inbox.complete()).containsExactly(file);
    }
}
