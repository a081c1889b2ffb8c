package dev.scriptorium.ingest.documents;

import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.IngestRequest;
import dev.scriptorium.schemas.RefusedPage;
import dev.scriptorium.schemas.SourceOffset;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DocumentReadingTest {
    private static final Instant NOW = Instant.parse("2026-05-06T07:08:09Z");

    private static DocumentStatus.Builder status(DocumentState state, int pages) {
        return DocumentStatus.newBuilder()
                .setDocumentId("doc")
                .setState(state.name())
                .setPageCount(pages)
                .setPagesFrom(List.of(10L, 20L))
                .setAcceptedAt(NOW)
                .setChangedAt(NOW);
    }

    private static PageOutcome read(int page, int partition, long offset) {
        return new PageOutcome(
                page,
                "OK",
                Optional.of(0.5),
                "",
                Optional.of(new SourceOffset("pages", partition, offset)),
                Optional.of(new SourceOffset("recognitions", partition, offset)));
    }

    private static DocumentReading reading(DocumentStatus.Builder status) {
        return new DocumentReading("pages", status.build());
    }

    @Test
    void resultsOfAnEarlierUndertakingAreNotItsOwn() {
        DocumentReading reading = reading(status(DocumentState.SENT, 2));
        reading.result(read(1, 0, 9));
        reading.result(read(2, 1, 19));
        assertThat(reading.snapshot().outcomes()).isEmpty();
        reading.result(read(1, 0, 10));
        reading.result(read(2, 1, 20));
        assertThat(reading.snapshot().done()).isEqualTo(2);
        assertThat(reading.snapshot().finished()).isTrue();
    }

    @Test
    void theResultOfTheLaterRecordCountsInWhateverOrderTheyCome() {
        DocumentReading reading = reading(status(DocumentState.SENT, 1));
        reading.result(read(1, 0, 12));
        reading.result(read(1, 0, 11));
        reading.result(read(1, 0, 12));
        assertThat(reading.snapshot().outcomes()).containsExactly(read(1, 0, 12));
        assertThat(reading.pages()).as("arrivals").isEqualTo(1);
    }

    @Test
    void aRefusedPageFailsUntilItIsSentAfterAll() {
        RefusedPage refused = new RefusedPage(2, "TIMEOUT", "slow");
        DocumentReading reading = reading(status(DocumentState.SENDING, 2).setRefused(List.of(refused)));
        assertThat(reading.snapshot().failed()).isEqualTo(1);
        assertThat(reading.snapshot().finished()).as("still being sent").isFalse();
        reading.update(status(DocumentState.SENT, 2).build());
        reading.result(read(2, 0, 30));
        reading.result(read(1, 0, 31));
        assertThat(reading.snapshot().failed()).isZero();
        assertThat(reading.snapshot().finished()).isTrue();
    }

    @Test
    void anOlderStatusChangesNothing() {
        DocumentReading reading = reading(status(DocumentState.SENT, 1));
        reading.update(status(DocumentState.ACCEPTED, 0)
                .setChangedAt(NOW.minusMillis(1))
                .build());
        assertThat(reading.snapshot().status().getState()).isEqualTo("SENT");
    }

    @Test
    void keysAreRememberedForAWhileAndWithTheirDocument() {
        IdempotencyKeys keys = new IdempotencyKeys(Duration.ofHours(24), Clock.fixed(NOW, ZoneOffset.UTC));
        IngestRequest fresh = new IngestRequest("fresh", "f", NOW.minus(Duration.ofHours(23)));
        IngestRequest old = new IngestRequest("old", "o", NOW.minus(Duration.ofHours(25)));
        keys.note(status(DocumentState.SENT, 1).setRequests(List.of(old, fresh)).build());
        assertThat(keys.find("old")).isEmpty();
        assertThat(keys.find("fresh")).map(IdempotencyKeys.Known::documentId).contains("doc");
        assertThat(keys.with(List.of(old, fresh), Optional.empty())).containsExactly(fresh);
        keys.forget("doc");
        assertThat(keys.find("fresh")).isEmpty();
    }
}
