package dev.scriptorium.standalone;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.write.DocumentFormat;
import dev.scriptorium.ingest.Document;
import dev.scriptorium.ingest.Page;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.Region;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.schemas.TextRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes documents as files while their pages are read in whatever order. Images wait on disk, because a document may
 * have more of them than fit into memory. Used by one thread.
 */
final class DocumentOutput implements AutoCloseable {
    private final DocumentFolder folder;
    private final boolean images;
    private final Path spool;
    private final Map<Document, Pending> pending = new HashMap<>();
    private final Map<String, Integer> names = new HashMap<>();

    /** A document of which pages are still being read. */
    private static final class Pending {
        private final Map<Integer, DocumentPage> pages = new TreeMap<>();
        private int expected = Integer.MAX_VALUE;
    }

    DocumentOutput(Path out, DocumentFormat format) throws IOException {
        folder = new DocumentFolder(out, format);
        images = format.needsImages();
        spool = Files.createTempDirectory("scriptorium-pages-");
    }

    /** Keeps a page's image, where the format wants it, until the document is written. */
    PageScan keep(Page page) throws IOException {
        if (!images) {
            return PageScan.NONE;
        }
        Path file = Files.createTempFile(spool, "page-", "");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = page.image().duplicate();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        int dpi = page.dpi();
        return () -> {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            Files.delete(file); // each page is written once
            return Optional.of(new PageScan.Image(bytes, dpi));
        };
    }

    /**
     * A page was read.
     *
     * @return the document's file, if that was its last page
     */
    Optional<Path> read(Document document, int number, PageReading reading, Prompt prompt, PageScan scan)
            throws IOException {
        List<TextRegion> regions =
                reading.regions().stream().map(DocumentOutput::region).toList();
        boolean markdown = prompt == Prompt.DOCUMENT || prompt == Prompt.FIGURE;
        ReadPage.Origin origin = new ReadPage.Origin(
                reading.finish().name(),
                reading.confidence(),
                reading.mode().label(),
                "",
                reading.adapterId(),
                90 * reading.quarterTurns());
        return add(
                document,
                ReadPage.of(
                        number,
                        document.name() + "/" + number,
                        reading.width(),
                        reading.height(),
                        reading.text(),
                        markdown,
                        regions,
                        origin,
                        scan));
    }

    private static TextRegion region(Region r) {
        List<Double> words = r.words().stream().map(Region.Word::confidence).toList();
        return new TextRegion(r.x0(), r.y0(), r.x1(), r.y1(), r.kind(), r.text(), r.confidence(), words);
    }

    /** A page could not be read. */
    Optional<Path> failed(Document document, int number, String code, String message) throws IOException {
        return add(document, new MissingPage(number, code, message));
    }

    private Optional<Path> add(Document document, DocumentPage page) throws IOException {
        pending.computeIfAbsent(document, unseen -> new Pending()).pages.put(page.number(), page);
        return writeIfWhole(document);
    }

    /** Says how many pages a document has, once all of them are on their way. */
    Optional<Path> expect(Document document, int count) throws IOException {
        pending.computeIfAbsent(document, unseen -> new Pending()).expected = count;
        return writeIfWhole(document);
    }

    private Optional<Path> writeIfWhole(Document document) throws IOException {
        Pending state = pending.get(document);
        if (state.pages.size() < state.expected) {
            return Optional.empty();
        }
        pending.remove(document);
        List<DocumentPage> pages = new ArrayList<>(state.pages.values());
        RecognizedDocument recognized = RecognizedDocument.of(document.path().toString(), document.name(), pages);
        return Optional.of(folder.write(recognized, name(document.name())));
    }

    /** Files of one name in several folders stay several. */
    private String name(String name) {
        int uses = names.merge(name, 1, Integer::sum);
        return uses == 1 ? name : name + "-" + uses;
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(spool);
    }
}
