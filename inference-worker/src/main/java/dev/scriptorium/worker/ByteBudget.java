package dev.scriptorium.worker;

/**
 * How many bytes may be held at once. One who asks for more than there is waits, except when nothing is
 * held: a single page larger than the whole budget still gets through, alone.
 */
final class ByteBudget {

    private final long limit;
    private long held;

    ByteBudget(long limit) {
        this.limit = limit;
    }

    /** Waits until the bytes may be held. */
    synchronized void acquire(long bytes) throws InterruptedException {
        while (held > 0 && held + bytes > limit) {
            wait();
        }
        held += bytes;
    }

    /** Gives bytes back. */
    synchronized void release(long bytes) {
        held -= bytes;
        notifyAll();
    }
}
