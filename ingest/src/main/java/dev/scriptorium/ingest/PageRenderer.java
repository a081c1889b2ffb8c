package dev.scriptorium.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Turns a document into pages. A PNG or JPEG is one page and keeps its bytes; the pages of a TIFF, and pictures that
 * few programs read (four-colour JPEG, GIF, BMP, WebP), are written anew as PNG without loss. Of an animation the
 * first picture is the page.
 *
 * <p>Broken files are expected: sizes are checked in the header before anything is decoded, and everything that is
 * wrong with a file is a {@link RefusedException}.
 */
public final class PageRenderer {
    private final ImageLimits limits;

    public PageRenderer(ImageLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * Opens a document and checks what can be checked without decoding.
     *
     * @param documentId what to call it instead of its SHA-256
     * @throws RefusedException if the document cannot be taken in
     */
    public DocumentPages open(Document document, Optional<String> documentId) throws RefusedException {
        Path path = document.path();
        String name = path.toString();
        try {
            ImageType type = type(name, path);
            return switch (type) {
                case PNG, JPEG -> new SingleImage(document, documentId, type, limits);
                case TIFF, GIF, BMP, WEBP -> new DecodedPages(document, documentId, type, limits);
            };
        } catch (NoSuchFileException e) {
            throw new RefusedException(Refusal.UNREADABLE, name + ": a file expected, nothing found", e);
        } catch (AccessDeniedException e) {
            throw new RefusedException(Refusal.UNREADABLE, name + ": a readable file expected, access denied", e);
        } catch (IOException e) {
            throw new RefusedException(Refusal.UNREADABLE, name + ": " + e, e);
        }
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
            throw new RefusedException(Refusal.EMPTY, name + ": an image expected, 0 bytes found");
        }
        Optional<ImageType> type = ImageType.of(prefix);
        if (type.isEmpty()) {
            throw new RefusedException(
                    ImageType.isForeignDocument(prefix) ? Refusal.UNSUPPORTED : Refusal.NOT_AN_IMAGE,
                    name + ": PNG, JPEG, TIFF, GIF, BMP or WebP expected by the first bytes, "
                            + ImageType.describe(prefix) + " found");
        }
        return type.get();
    }
}
