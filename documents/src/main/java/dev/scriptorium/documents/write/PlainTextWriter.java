package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/** Plain text in UTF-8, a form feed between two pages. */
final class PlainTextWriter implements DocumentWriter {

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        Iterator<? extends DocumentPage> pages = document.pages();
        while (pages.hasNext()) {
            writer.write(text(pages.next()));
            writer.write(pages.hasNext() ? "\n\f" : "\n");
        }
        writer.flush();
    }

    private static String text(DocumentPage page) {
        return page instanceof ReadPage read ? read.plainText() : "[" + Notes.missing((MissingPage) page) + "]";
    }
}
