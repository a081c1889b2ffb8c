package dev.scriptorium.standalone;

import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.write.DocumentFormat;
import dev.scriptorium.documents.write.DocumentWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Files of recognized documents, all in one format. A file is there once it is whole; one of the same name is replaced.
 * Names come from outside and never lead out of the folder.
 */
final class DocumentFolder {
    private static final int MAX_NAME_CHARS = 120;

    private final Path folder;
    private final DocumentFormat format;

    DocumentFolder(Path folder, DocumentFormat format) {
        this.folder = folder;
        this.format = format;
    }

    /**
     * Writes a document.
     *
     * @param name what the file is called, without its ending
     * @return the file
     */
    Path write(RecognizedDocument document, String name) throws IOException {
        return write(document, folder, name);
    }

    /** Writes one page of a document, into a folder of the document's own. */
    Path writePage(RecognizedDocument page, String name, int number) throws IOException {
        return write(page, folder.resolve(fileName(name)), String.format("page-%05d", number));
    }

    private Path write(RecognizedDocument document, Path parent, String name) throws IOException {
        Files.createDirectories(parent);
        Path file = parent.resolve(fileName(name) + "." + format.extension());
        Path part = parent.resolve("." + UUID.randomUUID() + ".part");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
                DocumentWriter.of(format).write(document, out);
            }
            return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** A name that is one file's on every system; where characters were lost, a digest keeps names apart. */
    static String fileName(String name) {
        String plain = name.replaceAll("[^\\p{L}\\p{M}\\p{N}._ -]", "_").replaceAll("^[. ]+|[. ]+$", "_");
        String shortened = plain.length() <= MAX_NAME_CHARS ? plain : plain.substring(0, MAX_NAME_CHARS);
        if (shortened.equals(name) && !name.isEmpty()) {
            return name;
        }
        String digest =
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
        return shortened + "-" + digest.substring(0, 8);
    }
}
