package dev.scriptorium.ingest.http;

import dev.scriptorium.ingest.Digests;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder in which documents lie from their upload until their pages are sent: {@code incoming} while they are received,
 * {@code accepted} as {@code <documentId>.<time of acceptance>}, {@code orphaned} where no books are found for it. One
 * process at a time uses it. Thread-safe.
 */
final class Spool implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Pattern KEPT = Pattern.compile("([0-9a-f]{64})\\.(\\d+)");

    private final Path incoming;
    private final Path accepted;
    private final Path orphaned;
    private final FileChannel lock;

    private Spool(Path dir) throws IOException {
        incoming = Files.createDirectories(dir.resolve("incoming"));
        accepted = Files.createDirectories(dir.resolve("accepted"));
        orphaned = Files.createDirectories(dir.resolve("orphaned"));
        lock = FileChannel.open(dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /**
     * Opens a spool and removes what nobody was told is accepted.
     *
     * @throws IOException if the folder cannot be used, or another process uses it
     */
    static Spool open(Path dir) throws IOException {
        Spool spool = new Spool(dir);
        try {
            spool.lock(dir);
            for (Path cut : list(spool.incoming)) {
                Files.delete(cut);
            }
            return spool;
        } catch (IOException e) {
            spool.close();
            throw e;
        }
    }

    private void lock(Path dir) throws IOException {
        FileLock held;
        try {
            held = lock.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            throw new IOException("ingest.http.dir " + dir + ": a folder of its own expected, another process uses it");
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /**
     * Receives a document to the disk.
     *
     * @param declared its size as the request says, or -1
     * @throws Problem if it is larger than allowed, ends early, or cannot be written
     * @throws IOException if the client goes away
     */
    Upload receive(InputStream in, long declared, long maxBytes) throws IOException {
        if (declared > maxBytes) {
            throw tooLarge(maxBytes, Long.toString(declared));
        }
        Path file = incoming.resolve(UUID.randomUUID().toString());
        boolean complete = false;
        try (FileChannel out = create(file)) {
            MessageDigest digest = Digests.digest();
            byte[] buffer = new byte[BUFFER_BYTES];
            long bytes = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes += n;
                if (bytes > maxBytes) {
                    throw tooLarge(maxBytes, "more");
                }
                digest.update(buffer, 0, n);
                write(out, ByteBuffer.wrap(buffer, 0, n));
            }
            if (declared >= 0 && bytes != declared) {
                throw new Problem(
                        Problem.Code.INVALID, "body: " + declared + " bytes expected, " + bytes + " bytes found");
            }
            force(out);
            complete = true;
            return new Upload(file, HexFormat.of().formatHex(digest.digest()), bytes);
        } finally {
            if (!complete) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static Problem tooLarge(long maxBytes, String found) {
        return new Problem(
                Problem.Code.TOO_LARGE,
                "body: at most ingest.http.max-upload-bytes=" + maxBytes + " bytes expected, " + found + " found");
    }

    private static FileChannel create(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw full(e);
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw full(e);
        }
    }

    private static void force(FileChannel out) {
        try {
            out.force(true);
        } catch (IOException e) {
            throw full(e);
        }
    }

    private static Problem full(IOException cause) {
        return new Problem(
                Problem.Code.UNAVAILABLE,
                "ingest.http.dir: room for the document expected, " + cause.getMessage(),
                cause);
    }

    /** Where an accepted document lies. */
    Path file(DocumentStatus document) {
        return accepted.resolve(
                document.getDocumentId() + "." + document.getAcceptedAt().toEpochMilli());
    }

    /** Keeps an upload as a document that is about to be accepted. */
    void keep(Upload upload, DocumentStatus document) throws IOException {
        Files.move(upload.file(), file(document), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Throws an upload away. */
    void discard(Upload upload) throws IOException {
        Files.deleteIfExists(upload.file());
    }

    /** Removes a document whose pages are sent. */
    void remove(DocumentStatus document) throws IOException {
        Files.deleteIfExists(file(document));
    }

    /**
     * A document that lies here.
     *
     * @param acceptedMillis when it was accepted
     */
    record Kept(Path file, String documentId, long acceptedMillis) {
        /** True if a status is about this very undertaking. */
        boolean isOf(DocumentStatus status) {
            return status.getAcceptedAt().toEpochMilli() == acceptedMillis;
        }
    }

    /** Puts a document aside of which the books know nothing: nobody was told that it is accepted. */
    void putAside(Kept kept) throws IOException {
        Files.move(kept.file(), orphaned.resolve(kept.file().getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }

    /** What an earlier process left, the oldest first. */
    List<Kept> kept() throws IOException {
        List<Kept> kept = new ArrayList<>();
        for (Path file : list(accepted)) {
            Matcher name = KEPT.matcher(String.valueOf(file.getFileName()));
            if (name.matches()) {
                kept.add(new Kept(file, name.group(1), Long.parseLong(name.group(2))));
            }
        }
        kept.sort(Comparator.comparingLong(Kept::acceptedMillis));
        return kept;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
