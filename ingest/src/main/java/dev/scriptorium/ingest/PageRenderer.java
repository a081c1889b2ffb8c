package dev.scriptorium.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Turns a document into pages. A PNG or JPEG is one page and keeps its bytes. The pages of a PDF are drawn; those of a
 * TIFF, and pictures that few programs read (four-colour JPEG, JPEG 2000, GIF, BMP, WebP), are written anew as PNG
 * without loss. Of an animation the first picture is the page.
 *
 * <p>Broken files are expected: sizes are checked in the header before anything is decoded, decoding happens in a
 * process of its own with limits on time and memory, and everything that is wrong with a file is a {@link
 * RefusedException}. Used by one thread.
 */
public final class PageRenderer implements AutoCloseable {
    private final ImageLimits limits;
    private final RenderProcess process;

    /** A renderer with {@linkplain RenderSettings#DEFAULT the usual settings}. */
    public PageRenderer(ImageLimits limits) {
        this(limits, RenderSettings.DEFAULT);
    }

    public PageRenderer(ImageLimits limits, RenderSettings settings) {
        this.limits = Objects.requireNonNull(limits, "limits");
        this.process = new RenderProcess(limits, settings);
    }

    /**
     * Opens a document and checks what can be checked without decoding.
     *
     * @param documentId what to call it instead of its SHA-256
     * @return its pages; to be closed before this is
     * @throws RefusedException if the document cannot be taken in
     * @throws InterruptException if the thread is interrupted
     */
    public DocumentPages open(Document document, Optional<String> documentId) throws RefusedException {
        Path path = document.path();
        String name = document.place();
        try {
            ImageType type = type(name, path);
            return switch (type) {
                case PNG, JPEG -> {
                    SingleImage image = new SingleImage(document, documentId, type, limits);
                    yield image.isPlain() ? image : rendered(document, type, image.documentId());
                }
                case TIFF, GIF, BMP, WEBP, JPEG2000, PDF ->
                    rendered(document, type, documentId.isPresent() ? documentId.get() : Digests.sha256(path));
            };
        } catch (NoSuchFileException e) {
            throw new RefusedException(Refusal.UNREADABLE, name + ": a file expected, nothing found", e);
        } catch (AccessDeniedException e) {
            throw new RefusedException(Refusal.UNREADABLE, name + ": a readable file expected, access denied", e);
        } catch (ClosedByInterruptException e) {
            throw interrupted(name);
        } catch (IOException e) {
            throw new RefusedException(Refusal.UNREADABLE, name + ": " + e, e);
        }
    }

    /**
     * Tells a document's kind by its first bytes.
     *
     * @throws RefusedException if it is of no kind that is taken in
     * @throws InterruptException if the thread is interrupted
     */
    public static ImageType type(Document document) throws RefusedException {
        try {
            return type(document.place(), document.path());
        } catch (ClosedByInterruptException e) {
            throw interrupted(document.place());
        } catch (IOException e) {
            throw new RefusedException(Refusal.UNREADABLE, document.place() + ": " + e, e);
        }
    }

    /** Whoever is asked to stop while he reads a file has not found anything wrong with it. */
    private static InterruptException interrupted(String name) {
        return new InterruptException(name + ": interrupted while it was read", new InterruptedException());
    }

    private RenderedPages rendered(Document document, ImageType type, String documentId) throws RefusedException {
        return new RenderedPages(process, new RenderJob(document, type, documentId));
    }

    private static ImageType type(String name, Path path) throws IOException, RefusedException {
        if (!Files.readAttributes(path, "isRegularFile").get("isRegularFile").equals(true)) {
            // A pipe or a device might never end.
            throw new RefusedException(Refusal.UNREADABLE, name + ": a regular file expected, another kind found");
        }
        byte[] prefix;
        try (InputStream in = Files.newInputStream(path)) {
            prefix = in.readNBytes(ImageType.PREFIX_BYTES);
        }
        if (prefix.length == 0) {
            throw new RefusedException(Refusal.EMPTY, name + ": a document expected, 0 bytes found");
        }
        Optional<ImageType> type = ImageType.of(prefix);
        if (type.isEmpty()) {
            String found = ImageType.describe(prefix);
            String message = name + ": PDF, PNG, JPEG, TIFF, GIF, BMP, WebP or JPEG 2000 expected by the first bytes, "
                    + found + " found";
            if (found.equals(ImageType.TEXT)) {
                throw RefusedException.ofText(message);
            }
            throw new RefusedException(
                    ImageType.isForeignDocument(prefix) ? Refusal.UNSUPPORTED : Refusal.NOT_AN_IMAGE, message);
        }
        return type.get();
    }

    /** Ends the rendering process. */
    @Override
    public void close() {
        process.close();
    }
}
