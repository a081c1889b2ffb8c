package dev.scriptorium.ingest.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Plain text: after each page a form feed, as {@code pdftotext} does, so that the n-th stretch is page n; of a page that
 * failed it is empty.
 */
final class TextFormat implements DocumentFormat {
    @Override
    public String name() {
        return "text";
    }

    @Override
    public String mediaType() {
        return "text/plain; charset=utf-8";
    }

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        int[] written = {0};
        document.pages((outcome, recognition) -> {
            StringBuilder page = new StringBuilder();
            // Pages that are not done yet.
            page.append("\f".repeat(outcome.page() - written[0] - 1));
            recognition.ifPresent(read -> page.append(read.getText()).append('\n'));
            page.append('\f');
            written[0] = outcome.page();
            out.write(page.toString().getBytes(StandardCharsets.UTF_8));
        });
    }
}
