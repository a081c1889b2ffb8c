package dev.scriptorium.model.image;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for work for as long as it may take. What counts is the processor time that the work takes, so that a busy machine
 * does not change the answer; {@value #CLOCK_FACTOR} times as much on the clock is the end in any case.
 *
 * <p>Nothing in Java ends a thread from outside: work that takes too long is left behind on its thread, and it is for the
 * caller to tell it to stop. Thread-safe.
 */
final class TimeLimit {
    static final int CLOCK_FACTOR = 6;

    private static final long LOOK_MILLIS = 20;

    private final Duration processorTime;

    TimeLimit(Duration processorTime) {
        this.processorTime = processorTime;
    }

    /**
     * Does work on a thread of its own.
     *
     * @param name of the thread
     * @return what the work returned; empty if it is left behind
     * @throws ExecutionException with what the work threw
     */
    <T> Optional<T> call(String name, Callable<T> work) throws ExecutionException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return Optional.of(task.get(LOOK_MILLIS, TimeUnit.MILLISECONDS));
                } catch (TimeoutException e) {
                    if (isOver(thread, System.nanoTime() - start)) {
                        return Optional.empty();
                    }
                } catch (InterruptedException e) {
                    interrupted = true; // the work is short, and its caller has more to do than to wait for it
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isOver(Thread thread, long clockNanos) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long usedNanos = threads.isThreadCpuTimeSupported() ? threads.getThreadCpuTime(thread.getId()) : -1;
        return usedNanos > processorTime.toNanos() || clockNanos > CLOCK_FACTOR * processorTime.toNanos();
    }
}
