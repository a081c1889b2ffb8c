package dev.scriptorium.trainer.service;

import dev.scriptorium.trainer.service.labels.DurableFiles;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.labels.Side;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** Labels for tests. */
public final class Labels {
    private Labels() {}

    /** The first names of documents that lie on a side. */
    public static List<String> documents(Side side, int count) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "document-" + i)
                .filter(name -> Side.of(name) == side)
                .limit(count)
                .toList();
    }

    /** A page whose image is its name. */
    public static Label label(String documentId, String domain, int partition, long offset) {
        return new Label(
                documentId + "/1",
                documentId,
                domain,
                partition,
                offset,
                "ocr.pages-0/" + offset,
                DurableFiles.sha256(image(documentId)),
                "text of " + documentId,
                "free-ocr",
                "line",
                List.of(),
                List.of("Zoë"),
                "reading of " + documentId,
                "",
                1_000 + offset);
    }

    public static byte[] image(String documentId) {
        return documentId.getBytes(StandardCharsets.UTF_8);
    }
}
