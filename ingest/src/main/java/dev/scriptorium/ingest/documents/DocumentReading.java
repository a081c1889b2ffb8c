package dev.scriptorium.ingest.documents;

import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.RefusedPage;
import dev.scriptorium.schemas.SourceOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * How the reading of one document goes on: its status, and the outcomes of its pages as they come, in any order and
 * repeatedly. Results of pages that an earlier undertaking with the same document sent are not taken for its own.
 * Thread-safe.
 */
public final class DocumentReading {
    private final String pagesTopic;

    private DocumentStatus status;
    private final Map<Integer, PageOutcome> outcomes = new TreeMap<>();
    /** In the order of their coming. */
    private final List<PageOutcome> arrivals = new ArrayList<>();

    private boolean filled;
    private int wakes;

    /** @param pagesTopic where its pages lie */
    DocumentReading(String pagesTopic, DocumentStatus status) {
        this.pagesTopic = pagesTopic;
        this.status = status;
        takeRefused();
    }

    /**
     * How it stands at one moment.
     *
     * @param outcomes by number of the page
     */
    public record Snapshot(DocumentStatus status, List<PageOutcome> outcomes) {
        public Snapshot {
            outcomes = List.copyOf(outcomes);
        }

        /** How many pages the document has; empty while that is not known. */
        public Optional<Integer> expected() {
            return status.getPageCount() > 0 ? Optional.of(status.getPageCount()) : Optional.empty();
        }

        /** Pages of which there is text, or which are blank. */
        public int done() {
            return outcomes.size() - failed();
        }

        /** Pages that were given up or not taken in. */
        public int failed() {
            return (int) outcomes.stream().filter(PageOutcome::failed).count();
        }

        /** True if nothing more will come. */
        public boolean finished() {
            return DocumentReading.finished(status, outcomes.size());
        }
    }

    private static boolean finished(DocumentStatus status, int outcomes) {
        return switch (DocumentState.of(status)) {
            case ACCEPTED, SENDING -> false;
            case SENT -> outcomes >= status.getPageCount();
            case REFUSED -> true;
        };
    }

    /** How it stands now. */
    public synchronized Snapshot snapshot() {
        return new Snapshot(status, List.copyOf(outcomes.values()));
    }

    /**
     * Waits until more has come, the document is finished, a time is over, or somebody {@linkplain #wake wakes} it.
     *
     * @param seen how many arrivals the caller knows
     * @return the arrivals after those
     */
    public synchronized List<PageOutcome> await(int seen, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        int before = wakes;
        while (arrivals.size() <= seen && wakes == before && !finished(status, outcomes.size())) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return List.of();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return List.copyOf(arrivals.subList(Math.min(seen, arrivals.size()), arrivals.size()));
    }

    /** Wakes everybody who waits: no more comes here. */
    synchronized void wake() {
        wakes++;
        notifyAll();
    }

    /** True if this is about the same undertaking, whatever its state. */
    synchronized boolean isOf(DocumentStatus other) {
        return status.getAcceptedAt().equals(other.getAcceptedAt());
    }

    /** Takes a status; one that is older than what is known changes nothing. */
    synchronized void update(DocumentStatus newer) {
        if (isOf(newer) && newer.getChangedAt().isBefore(status.getChangedAt())) {
            return;
        }
        status = newer;
        takeRefused();
        notifyAll();
    }

    private void takeRefused() {
        for (RefusedPage refused : status.getRefused()) {
            if (refused.getPageNumber() > 0 && !outcomes.containsKey(refused.getPageNumber())) {
                add(PageOutcome.of(refused));
            }
        }
    }

    /** Takes the result of a page. */
    synchronized void result(PageOutcome outcome) {
        SourceOffset source = outcome.source().orElseThrow();
        if (!isOwn(source)) {
            return;
        }
        Optional<SourceOffset> known =
                Optional.ofNullable(outcomes.get(outcome.page())).flatMap(PageOutcome::source);
        if (known.filter(older -> older.getOffset() >= source.getOffset()).isEmpty()) {
            add(outcome);
            notifyAll();
        }
    }

    private boolean isOwn(SourceOffset source) {
        List<Long> from = status.getPagesFrom();
        return source.getTopic().equals(pagesTopic)
                && source.getPartition() < from.size()
                && source.getOffset() >= from.get(source.getPartition());
    }

    private void add(PageOutcome outcome) {
        outcomes.put(outcome.page(), outcome);
        arrivals.add(outcome);
    }

    /** How much it keeps in memory, in pages. */
    synchronized int pages() {
        return arrivals.size();
    }

    /** True once everything is in it that had come before it was made. */
    synchronized boolean filled() {
        return filled;
    }

    synchronized void markFilled() {
        filled = true;
    }
}
