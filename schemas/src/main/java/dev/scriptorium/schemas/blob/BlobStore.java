package dev.scriptorium.schemas.blob;

import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.RecordException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where bytes too large for a record are kept, each under its own SHA-256: writing twice changes nothing, and what is
 * read is what was written. A blob is written before the record that points at it.
 *
 * <p>Implementations are thread-safe.
 */
public interface BlobStore {

    /**
     * Keeps the bytes from position to limit (the buffer is left as it was).
     *
     * @return the claim check; the bytes are durable when this returns
     * @throws RecordException with {@code BLOB_STORE_UNAVAILABLE}
     */
    BlobRef put(ByteBuffer bytes);

    /**
     * Reads a blob and verifies size and digest.
     *
     * @param maxBytes refuse a larger one before reading it
     * @throws RecordException with {@code BLOB_MISSING}, {@code BLOB_MISMATCH}, {@code BLOB_FORBIDDEN} (the claim
     *     check points outside this store), {@code OVERSIZE} or {@code BLOB_STORE_UNAVAILABLE}
     */
    byte[] get(BlobRef ref, long maxBytes);

    /**
     * Removes a blob; who still points at it will not find it.
     *
     * @return false if it was not there
     * @throws RecordException with {@code BLOB_FORBIDDEN} if the claim check points outside this store, or {@code
     *     BLOB_STORE_UNAVAILABLE}
     */
    boolean delete(BlobRef ref);

    /**
     * The store a URI names: {@code file:/var/lib/scriptorium/blobs}.
     *
     * @throws IllegalArgumentException if there is no store for its scheme
     */
    static BlobStore open(URI uri) {
        if (!"file".equals(uri.getScheme())) {
            throw new IllegalArgumentException("blob store: a file: URI expected, '" + uri + "' found");
        }
        return new FileBlobStore(Path.of(uri.getPath()));
    }
}
