package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.page.TextBlock;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.commonmark.node.Document;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Paragraph;
import org.commonmark.node.Text;
import org.commonmark.renderer.markdown.MarkdownRenderer;

/**
 * Markdown in UTF-8. What the model wrote as Markdown stays as it is; plain text becomes paragraphs whose lines stay
 * lines. Before every page but the first there is a comment that tells its number.
 */
final class MarkdownWriter implements DocumentWriter {
    private static final MarkdownRenderer RENDERER = MarkdownRenderer.builder().build();

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        Iterator<? extends DocumentPage> pages = document.pages();
        for (boolean first = true; pages.hasNext(); first = false) {
            DocumentPage page = pages.next();
            if (!first) {
                writer.write("\n<!-- page " + page.number() + " -->\n\n");
            }
            writer.write(page instanceof ReadPage read ? markdown(read) : missing((MissingPage) page));
            writer.write('\n');
        }
        writer.flush();
    }

    private static String missing(MissingPage page) {
        return "<!-- " + Notes.missing(page).replace("--", "- -") + " -->";
    }

    private static String markdown(ReadPage page) {
        if (page.markdown()) {
            return page.text().strip();
        }
        Document document = new Document();
        for (TextBlock block : page.blocks()) {
            Paragraph paragraph = new Paragraph();
            block.lines().forEach(line -> {
                if (paragraph.getFirstChild() != null) {
                    paragraph.appendChild(new HardLineBreak());
                }
                paragraph.appendChild(new Text(line.text()));
            });
            if (paragraph.getFirstChild() != null) {
                document.appendChild(paragraph);
            }
        }
        return RENDERER.render(document).strip();
    }
}
