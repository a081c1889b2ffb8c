package dev.scriptorium.standalone;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * One line that is drawn over itself: {@code pages [=======>      ] 12/48 3.1/s 12 s left}. Any thread
 * may step it.
 */
final class ProgressBar implements AutoCloseable {

    private static final int WIDTH = 30;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintWriter terminal;
    private final LongSupplier nanoTime;
    private final String label;
    private final long total;
    private final long start;
    private long done;
    private long drawn;

    /**
     * @param terminal where to draw; null draws nothing
     * @param nanoTime clock in nanoseconds
     * @param label what is counted
     * @param total how many there will be
     */
    ProgressBar(PrintWriter terminal, LongSupplier nanoTime, String label, long total) {
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.label = label;
        this.total = Math.max(total, 1);
        this.start = nanoTime.getAsLong();
        this.drawn = start - REDRAW_NANOS;
    }

    /** One more is done. */
    synchronized void step() {
        moveTo(done + 1);
    }

    /** So many are done. */
    synchronized void moveTo(long count) {
        done = Math.min(count, total);
        long now = nanoTime.getAsLong();
        if (terminal != null && (now - drawn >= REDRAW_NANOS || done == total)) {
            drawn = now;
            terminal.print("\r" + line(now));
            terminal.flush();
        }
    }

    private String line(long now) {
        int filled = (int) (WIDTH * done / total);
        String bar = "=".repeat(filled) + (filled < WIDTH ? ">" : "") + " ".repeat(Math.max(0, WIDTH - filled - 1));
        double perSecond = done / Math.max(1e-9, (now - start) / 1e9);
        String left = done == 0 ? "" : String.format(Locale.ROOT, " %.0f s left", (total - done) / perSecond);
        return String.format(Locale.ROOT, "%s [%s] %d/%d %.1f/s%s   ", label, bar, done, total, perSecond, left);
    }

    /** Leaves the line, so that what is printed next does not run into it. */
    @Override
    public synchronized void close() {
        if (terminal != null) {
            terminal.println();
            terminal.flush();
        }
    }
}
