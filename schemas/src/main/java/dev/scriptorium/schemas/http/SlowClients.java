package dev.scriptorium.schemas.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends requests of clients that are too slow. The JDK's server reads and writes in the thread that answers, and waits for
 * ever, so that a few clients that send a byte now and then could hold all threads. Only the time counts for which the
 * server waits for the client: the head of a request has to be in before the patience is over, and whenever it is over after
 * that, so many bytes have to have come, or gone, as the least rate says.
 *
 * <p>What is blocked in a channel is freed by an interrupt, which closes the channel. Thread-safe.
 */
public final class SlowClients implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlowClients.class);

    private static final int LOOKS = 10;

    /** What is written at once, so that it is seen that a slow client is not too slow. */
    private static final int PIECE_BYTES = 8192;

    private final long patienceNanos;
    private final long bytesPerSecond;
    private final Map<Thread, Client> clients = new ConcurrentHashMap<>();
    private final Thread clock;

    /**
     * @param patience how long a client may be slow
     * @param bytesPerSecond what is not slow
     */
    public SlowClients(Duration patience, long bytesPerSecond) {
        this.patienceNanos = patience.toNanos();
        this.bytesPerSecond = bytesPerSecond;
        clock = new Thread(this::watch, "slow-clients");
        clock.setDaemon(true);
        clock.start();
    }

    private void watch() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(patienceNanos / LOOKS + 1);
                clients.values().forEach(Client::look);
            }
        } catch (InterruptedException e) {
            LOG.debug("asked to stop", e);
        }
    }

    /** How a client is told that it is too slow, should it listen. */
    @FunctionalInterface
    public interface Farewell {
        /**
         * Answers with what is wrong.
         *
         * @throws IOException if it does not listen
         */
        void say(Problem problem) throws IOException;
    }

    /** An executor for a server, whose requests are watched from their first byte to their last. */
    public Executor watch(Executor executor) {
        return task -> executor.execute(() -> {
            Client client = new Client(Thread.currentThread());
            clients.put(client.thread, client);
            client.startWaiting();
            try {
                task.run();
            } finally {
                clients.remove(client.thread);
                client.leave();
            }
        });
    }

    /**
     * To be called when a handler begins, by its thread: the head of the request is in, and what is read and written from now
     * on is counted.
     *
     * @param farewell said to a client whose body does not come
     * @throws IOException if the client was too slow already
     */
    public void begin(HttpExchange exchange, Farewell farewell) throws IOException {
        Client client = clients.get(Thread.currentThread());
        client.stopWaiting(0);
        client.exchange = exchange;
        client.farewell = farewell;
        exchange.setStreams(client.body(exchange.getRequestBody()), client.answer(exchange.getResponseBody()));
    }

    /** To be called when a handler ends, by its thread: what the server does then has to come to its end, too. */
    public void end() {
        clients.get(Thread.currentThread()).startWaiting();
    }

    @Override
    public void close() {
        clock.interrupt();
    }

    /** Whom a thread waits for. */
    private final class Client {
        private final Thread thread;
        private volatile HttpExchange exchange;
        private volatile Farewell farewell;

        private boolean waiting;
        private long since;
        private long waitedNanos;
        private long bytes;
        private String slow = "";
        private long slowSince;
        private boolean interrupted;
        private boolean gone;

        Client(Thread thread) {
            this.thread = thread;
        }

        synchronized void startWaiting() {
            if (Thread.currentThread() != thread) {
                return; // the farewell
            }
            since = System.nanoTime();
            waiting = true;
        }

        /** @throws IOException if the client was given up meanwhile */
        synchronized void stopWaiting(long moreBytes) throws IOException {
            if (Thread.currentThread() != thread) {
                return;
            }
            waiting = false;
            waitedNanos += System.nanoTime() - since;
            bytes += Math.max(0, moreBytes);
            if (!slow.isEmpty()) {
                throw new IOException(slow);
            }
        }

        /** The thread goes on with another request. */
        synchronized void leave() {
            gone = true;
            if (interrupted) {
                Thread.interrupted();
            }
        }

        synchronized void look() {
            if (!slow.isEmpty()) {
                if (System.nanoTime() - slowSince > patienceNanos) {
                    free(); // the farewell does not come to its end
                }
                return;
            }
            long waited = waitedNanos + System.nanoTime() - since;
            if (!waiting || waited < patienceNanos) {
                return;
            }
            if (bytes < bytesPerSecond * TimeUnit.NANOSECONDS.toMillis(waited) / 1000) {
                slow = "client: at least " + bytesPerSecond + " bytes a second expected, " + bytes + " in "
                        + TimeUnit.NANOSECONDS.toMillis(waited) + " ms found";
                slowSince = System.nanoTime();
                LOG.warn("event=slow-client {}", slow);
                sayFarewell();
            } else {
                since = System.nanoTime();
                waitedNanos = 0;
                bytes = 0;
            }
        }

        /** On a thread of its own, because the client may not read either. */
        private void sayFarewell() {
            Problem problem = new Problem(Problem.Code.TOO_SLOW, slow);
            Thread speaker = new Thread(
                    () -> {
                        try {
                            if (exchange != null && exchange.getResponseCode() < 0) {
                                farewell.say(problem);
                            }
                        } catch (IOException e) {
                            LOG.debug("event=slow-client farewell not heard", e);
                        } finally {
                            free();
                        }
                    },
                    "farewell");
            speaker.setDaemon(true);
            speaker.start();
        }

        /** Interrupts the thread that waits for the client. */
        private synchronized void free() {
            if (!gone) {
                interrupted = true;
                thread.interrupt();
            }
        }

        InputStream body(InputStream in) {
            return new FilterInputStream(in) {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
                }

                @Override
                public int read(byte[] to, int offset, int length) throws IOException {
                    startWaiting();
                    int read = 0;
                    try {
                        read = in.read(to, offset, length);
                    } finally {
                        stopWaiting(read);
                    }
                    return read;
                }
            };
        }

        OutputStream answer(OutputStream out) {
            return new FilterOutputStream(out) {
                @Override
                public void write(int one) throws IOException {
                    write(new byte[] {(byte) one}, 0, 1);
                }

                @Override
                public void write(byte[] from, int offset, int length) throws IOException {
                    for (int done = 0; done < length; done += PIECE_BYTES) {
                        int piece = Math.min(PIECE_BYTES, length - done);
                        startWaiting();
                        try {
                            out.write(from, offset + done, piece);
                        } finally {
                            stopWaiting(piece);
                        }
                    }
                }

                @Override
                public void flush() throws IOException {
                    startWaiting();
                    try {
                        out.flush();
                    } finally {
                        stopWaiting(0);
                    }
                }

                @Override
                public void close() throws IOException {
                    startWaiting();
                    try {
                        out.close();
                    } finally {
                        stopWaiting(0);
                    }
                }
            };
        }
    }
}
