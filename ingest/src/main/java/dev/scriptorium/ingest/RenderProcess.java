package dev.scriptorium.ingest;

import dev.scriptorium.schemas.settings.Secret;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JVM in which foreign documents are decoded and rendered, one page at a time. A page that computes for ever, fills
 * the heap or brings native code down ends that process and not this one: the page is refused, and the next one has a
 * new process. Started when first needed; used by one thread at a time.
 */
final class RenderProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RenderProcess.class);

    private static final Duration START_PATIENCE = Duration.ofMinutes(2);

    /** How often longer than its processor time a page may take on the clock. */
    private static final int CLOCK_FACTOR = 4;

    /** Exit status of a JVM with {@code ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    private final ImageLimits limits;
    private final RenderSettings settings;

    private Process process;
    private DataInputStream replies;
    private DataOutputStream requests;
    /** What the process has open; null for nothing. */
    private RenderJob current;

    private volatile String lastWords = "";

    RenderProcess(ImageLimits limits, RenderSettings settings) {
        this.limits = limits;
        this.settings = settings;
    }

    /** Writes a request. */
    @FunctionalInterface
    private interface Request {
        void write(DataOutputStream out) throws IOException;
    }

    /** Reads the answer to a request that succeeded. */
    @FunctionalInterface
    private interface Reply<T> {
        T read(DataInputStream in) throws IOException;
    }

    /**
     * Opens a document in place of the one that is open.
     *
     * @return how many pages it has
     * @throws RefusedException if it cannot be opened
     */
    synchronized int open(RenderJob job) throws RefusedException {
        current = null;
        int pages = ask(
                job.name(),
                out -> {
                    out.writeByte(RenderMain.OPEN);
                    job.write(out);
                },
                DataInputStream::readInt);
        current = job;
        return pages;
    }

    /**
     * Reads a page of a document, which is opened again if another one, or the end of the process, came between.
     *
     * @throws RefusedException if this page cannot be read; others may still be
     */
    synchronized Page read(RenderJob job, int number) throws RefusedException {
        if (!job.equals(current)) {
            open(job);
        }
        return ask(
                job.name() + " page " + number,
                out -> {
                    out.writeByte(RenderMain.READ);
                    out.writeInt(number);
                },
                in -> page(job, number, in));
    }

    private static Page page(RenderJob job, int number, DataInputStream in) throws IOException {
        String mediaType = in.readUTF();
        int width = in.readInt();
        int height = in.readInt();
        int dpi = in.readInt();
        byte[] image = in.readNBytes(in.readInt());
        return new Page(
                job.documentId(), job.document().name(), number, mediaType, width, height, dpi, ByteBuffer.wrap(image));
    }

    /** Closes a document if it is the one that is open, so that its file can be removed. */
    synchronized void release(RenderJob job) {
        if (job.equals(current)) {
            current = null;
            try {
                ask(job.name(), out -> out.writeByte(RenderMain.CLOSE), in -> 0);
            } catch (RefusedException e) {
                LOG.warn("event=not-closed", e);
            }
        }
    }

    private <T> T ask(String place, Request request, Reply<T> reply) throws RefusedException {
        start();
        Watchdog watchdog = new Watchdog(process, settings.timeout(), CLOCK_FACTOR);
        try {
            send(request);
            byte status = replies.readByte();
            if (status == RenderMain.REFUSED) {
                throw new RefusedException(Refusal.valueOf(replies.readUTF()), replies.readUTF());
            }
            return reply.read(replies);
        } catch (IOException e) {
            throw ended(place, watchdog.stop(), e);
        } finally {
            watchdog.stop();
        }
    }

    private void send(Request request) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        request.write(new DataOutputStream(bytes));
        requests.writeInt(bytes.size());
        bytes.writeTo(requests);
        requests.flush();
    }

    /** The process is gone: says why, for the page that it was at work on. */
    private RefusedException ended(String place, boolean timedOut, IOException cause) {
        process.destroyForcibly();
        int status = awaitEnd(process);
        process = null;
        current = null;
        if (timedOut) {
            return new RefusedException(
                    Refusal.TIMEOUT,
                    place + ": a page within " + settings.timeout().toMillis()
                            + " ms of processor time (render.timeout) expected, it took longer",
                    cause);
        }
        if (status == OUT_OF_MEMORY) {
            return new RefusedException(
                    Refusal.OUT_OF_MEMORY,
                    place + ": a page that fits into " + heapBytes()
                            + " bytes (render.heap-bytes) expected, a larger one" + " found",
                    cause);
        }
        return new RefusedException(
                Refusal.UNDECODABLE,
                place + ": a page expected, the process that rendered it ended with status " + status
                        + (lastWords.isEmpty() ? "" : ": " + lastWords),
                cause);
    }

    private static int awaitEnd(Process ended) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return ended.waitFor();
                } catch (InterruptedException e) {
                    interrupted = true; // it has been killed, so this does not last
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private long heapBytes() {
        return Math.min(settings.heapBytes(), Runtime.getRuntime().maxMemory());
    }

    private void start() {
        if (process != null && process.isAlive()) {
            return;
        }
        current = null;
        lastWords = "";
        try {
            process = new ProcessBuilder(command()).start();
            replies = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
            requests = new DataOutputStream(process.getOutputStream());
            listen(process);
            Watchdog watchdog = new Watchdog(process, START_PATIENCE, 1);
            try {
                send(this::writeSettings);
                if (replies.readByte() != RenderMain.READY) {
                    throw new IOException("its first word was none of this protocol");
                }
            } finally {
                watchdog.stop();
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    "a process to render in expected, " + e.getMessage()
                            + (lastWords.isEmpty() ? "" : ": " + lastWords),
                    e);
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + (heapBytes() >> 20) + "m");
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                // A crash leaves its trace in the refusal, not in files.
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + (System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null"),
                "-Djava.awt.headless=true"));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), RenderMain.class.getName()));
        return command;
    }

    /** By the pipe: what stands on a command line can be read by everybody on the machine. */
    private void writeSettings(DataOutputStream out) throws IOException {
        out.writeInt(limits.maxPageBytes());
        out.writeLong(limits.maxPixels());
        out.writeInt(limits.maxPages());
        out.writeInt(settings.dpi());
        out.writeLong(settings.maxPixels());
        out.writeUTF(settings.password().map(Secret::reveal).orElse(""));
    }

    private void listen(Process speaker) {
        Thread listener = new Thread(
                () -> {
                    try (BufferedReader lines = new BufferedReader(
                            new InputStreamReader(speaker.getErrorStream(), StandardCharsets.UTF_8))) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            LOG.debug("renderer: {}", line);
                            lastWords = line;
                        }
                    } catch (IOException e) {
                        LOG.debug("renderer: its last words are lost", e);
                    }
                },
                "render-log");
        listener.setDaemon(true);
        listener.start();
    }

    @Override
    public synchronized void close() {
        if (process == null) {
            return;
        }
        try {
            requests.close(); // at the end of its requests it ends itself
            if (!process.waitFor(1, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        process = null;
    }
}
