package dev.scriptorium.schemas.blob;

import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Blobs as files, {@code <root>/<first two digits>/<sha256>}. A file appears under its name only when it is whole and
 * on disk, so a crash leaves nothing half-written behind but a stray file in {@code <root>/tmp}.
 */
public final class FileBlobStore implements BlobStore {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path root;

    /**
     * @param root directory; created if need be
     * @throws RecordException with {@code BLOB_STORE_UNAVAILABLE} if that fails
     */
    public FileBlobStore(Path root) {
        try {
            Files.createDirectories(root.resolve("tmp"));
            this.root = root.toRealPath();
        } catch (IOException e) {
            throw unavailable(root, e);
        }
    }

    @Override
    public BlobRef put(ByteBuffer bytes) {
        String sha256 = digest(bytes.duplicate());
        int size = bytes.remaining();
        Path file = file(sha256);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) != size) {
                write(file, bytes.duplicate());
            }
        } catch (IOException e) {
            throw unavailable(file, e);
        }
        return new BlobRef(file.toUri().toString(), sha256, (long) size);
    }

    private void write(Path file, ByteBuffer bytes) throws IOException {
        Path whole = Files.createTempFile(root.resolve("tmp"), "", null);
        try {
            try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.createDirectories(file.getParent());
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(whole);
        }
    }

    @Override
    public byte[] get(BlobRef ref, long maxBytes) {
        Path file = resolve(ref);
        if (ref.getSize() > maxBytes) {
            throw new RecordException(
                    ErrorCode.OVERSIZE,
                    "blob " + ref.getUri() + ": at most " + maxBytes + " bytes expected, " + ref.getSize() + " found");
        }
        try {
            // A link inside the store may lead out of it.
            if (!file.toRealPath().startsWith(root)) {
                throw forbidden(ref);
            }
            long size = Files.size(file);
            if (size != ref.getSize() || !Files.isRegularFile(file)) {
                throw mismatch(ref, "a file of " + ref.getSize() + " bytes", size + " bytes");
            }
            byte[] bytes = Files.readAllBytes(file);
            String sha256 = digest(ByteBuffer.wrap(bytes));
            if (!sha256.equals(ref.getSha256())) {
                throw mismatch(ref, "sha256 " + ref.getSha256(), sha256);
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new RecordException(
                    ErrorCode.BLOB_MISSING, "blob " + ref.getUri() + ": expected to exist, not found", e);
        } catch (IOException e) {
            throw unavailable(file, e);
        }
    }

    @Override
    public boolean delete(BlobRef ref) {
        Path file = resolve(ref);
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unavailable(file, e);
        }
    }

    /** Only the one place this store would have put the blob is ever touched. */
    private Path resolve(BlobRef ref) {
        if (!SHA256.matcher(ref.getSha256()).matches()) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    "blob " + ref.getUri() + ": 64 lower-case hexadecimal digits expected as sha256, '"
                            + ref.getSha256() + "' found");
        }
        Path file = file(ref.getSha256());
        try {
            if (Path.of(URI.create(ref.getUri())).equals(file)) {
                return file;
            }
        } catch (IllegalArgumentException | java.nio.file.FileSystemNotFoundException e) {
            throw forbidden(ref);
        }
        throw forbidden(ref);
    }

    private Path file(String sha256) {
        return root.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private RecordException forbidden(BlobRef ref) {
        return new RecordException(
                ErrorCode.BLOB_FORBIDDEN,
                "blob " + ref.getUri() + ": a place inside " + root.toUri() + " named by its sha256 expected");
    }

    private static RecordException mismatch(BlobRef ref, String expected, String found) {
        return new RecordException(
                ErrorCode.BLOB_MISMATCH, "blob " + ref.getUri() + ": " + expected + " expected, " + found + " found");
    }

    private static RecordException unavailable(Path place, IOException e) {
        return new RecordException(ErrorCode.BLOB_STORE_UNAVAILABLE, "blob store " + place + ": " + e, e);
    }

    private static String digest(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
