package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.schemas.TextRegion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Pages as the two kinds of models read them, and what writers make of them. */
final class Pages {
    static final ReadPage.Origin ORIGIN = new ReadPage.Origin("OK", 0.87, "base", "ab12", "");

    /** A table as DeepSeek-OCR writes it. */
    static final String TABLE = "<table><tr><td>Ware</td><td>Preis &amp; Maß</td></tr>"
            + "<tr><td colspan=\"2\">Ä&lt;B, \"C\"</td></tr></table>";

    private Pages() {}

    /** A line model's: regions are lines, words have confidences. */
    static ReadPage lines(PageScan scan) {
        return ReadPage.of(
                1,
                "doc/1",
                1000,
                1400,
                "Việt Nam độc lập\nſchöne Straße daſelbſt\nNr. 7 & <8>",
                false,
                List.of(
                        line(100, 100, 500, 140, "Việt Nam độc lập", 0.9, 0.8, 0.7, 0.95),
                        line(100, 150, 600, 190, "ſchöne Straße daſelbſt", 0.5, 0.6, 0.7),
                        line(100, 800, 400, 840, "Nr. 7 & <8>", 0.9, 0.9, 0.9, 0.9)),
                ORIGIN,
                scan);
    }

    static TextRegion line(int x0, int y0, int x1, int y1, String text, Double... words) {
        return new TextRegion(x0, y0, x1, y1, "line", text, 0.75, List.of(words));
    }

    /** A page model's: regions are blocks, text is Markdown, some of it without a place. */
    static ReadPage blocks(PageScan scan) {
        String paragraph =
                "Ein Absatz, den das Modell in einer Zeile schreibt, obwohl er auf dem Blatt in mehreren steht, "
                        + "mit \\( a_1 + b_1 \\) und **fett**.";
        return ReadPage.of(
                2,
                "doc/2",
                1000,
                1400,
                "# Überschrift\n\n![](images/0.jpg)\n" + paragraph + "\n\n" + TABLE + "\n\nohne Ort",
                true,
                List.of(
                        new TextRegion(100, 50, 900, 110, "title", "# Überschrift", 0.9, List.of()),
                        new TextRegion(100, 150, 900, 500, "image", "", 0.9, List.of()),
                        new TextRegion(100, 520, 500, 700, "text", paragraph, 0.9, List.of()),
                        new TextRegion(100, 720, 900, 800, "table", TABLE, 0.9, List.of())),
                ORIGIN,
                scan);
    }

    static ReadPage empty(int number) {
        return ReadPage.of(
                number,
                "doc/" + number,
                1000,
                1400,
                "",
                false,
                List.of(),
                new ReadPage.Origin("BLANK", 1, "line", "ab12", ""),
                PageScan.NONE);
    }

    static DocumentPage missing(int number) {
        return new MissingPage(number, "TIMEOUT", "page doc/" + number + ": 60 s -- expected");
    }

    static RecognizedDocument document(DocumentPage... pages) {
        return RecognizedDocument.of("doc", "Akte \"7\" & <mehr>.pdf", List.of(pages));
    }

    static RecognizedDocument everything() {
        return document(lines(PageScan.NONE), blocks(PageScan.NONE), missing(3), empty(4));
    }

    static byte[] write(DocumentFormat format, RecognizedDocument document) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DocumentWriter.of(format).write(document, out);
        return out.toByteArray();
    }

    static String text(DocumentFormat format, RecognizedDocument document) throws IOException {
        return new String(write(format, document), StandardCharsets.UTF_8);
    }
}
