package dev.scriptorium.ingest;

import java.time.Duration;

/** Kills a process that takes too long over one piece of work. */
final class Watchdog {
    private static final long POLL_MILLIS = 50;

    private final Process process;
    private final Duration processorTime;
    private final Duration clockTime;
    private final Duration usedBefore;
    private final long startNanos = System.nanoTime();

    private boolean stopped;
    private boolean killed;

    /**
     * Begins to watch.
     *
     * @param processorTime how long the process may compute from now on
     * @param clockFactor how many times as long it may take on the clock
     */
    Watchdog(Process process, Duration processorTime, int clockFactor) {
        this.process = process;
        this.processorTime = processorTime;
        this.clockTime = processorTime.multipliedBy(clockFactor);
        this.usedBefore = used();
        Thread thread = new Thread(this::watch, "render-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    private Duration used() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private synchronized void watch() {
        try {
            while (!stopped) {
                wait(POLL_MILLIS);
                boolean tooLong = used().minus(usedBefore).compareTo(processorTime) > 0
                        || System.nanoTime() - startNanos > clockTime.toNanos();
                if (!stopped && tooLong) {
                    killed = true;
                    process.destroyForcibly();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does
        }
    }

    /**
     * Ends the watch.
     *
     * @return true if the process was killed
     */
    synchronized boolean stop() {
        stopped = true;
        notifyAll();
        return killed;
    }
}
