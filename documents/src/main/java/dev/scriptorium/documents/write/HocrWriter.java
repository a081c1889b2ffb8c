package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.Box;
import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.page.TextBlock;
import dev.scriptorium.documents.page.TextLine;
import dev.scriptorium.documents.page.TextWord;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * hOCR: pages, areas, paragraphs, lines, words. Confidences are percents. A missing page is an {@code ocr_page} without
 * a box whose comment says why.
 *
 * @see <a href="http://kba.github.io/hocr-spec/1.2/">hOCR 1.2</a>
 */
final class HocrWriter implements DocumentWriter {
    private static final String CAPABILITIES =
            "ocr_page ocr_carea ocr_table ocr_photo ocr_par ocr_line ocrx_word ocrp_wconf";

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        XmlOut xml = new XmlOut(out);
        xml.doctype("<!DOCTYPE html>");
        xml.open("html", attributes("xmlns", "http://www.w3.org/1999/xhtml"));
        xml.open("head");
        xml.element("title", document.title());
        xml.empty("meta", attributes("charset", "utf-8"));
        xml.empty("meta", attributes("name", "ocr-system", "content", Notes.SOFTWARE));
        xml.empty("meta", attributes("name", "ocr-capabilities", "content", CAPABILITIES));
        xml.close();
        xml.open("body");
        xml.line();
        Iterator<? extends DocumentPage> pages = document.pages();
        while (pages.hasNext()) {
            DocumentPage page = pages.next();
            if (page instanceof ReadPage read) {
                write(read, document, xml);
            } else {
                write((MissingPage) page, xml);
            }
        }
        xml.end();
    }

    private static void write(MissingPage page, XmlOut xml) throws IOException {
        xml.open("div", attributes("class", "ocr_page", "id", "page_" + page.number(), "title", number(page)));
        xml.comment(Notes.missing(page));
        xml.close();
        xml.line();
    }

    private static void write(ReadPage page, RecognizedDocument document, XmlOut xml) throws IOException {
        String id = "page_" + page.number();
        String image = "image \"" + document.title().replace('"', '\'') + "\"; ";
        String box =
                page.width() > 0 && page.height() > 0 ? "bbox 0 0 " + page.width() + " " + page.height() + "; " : "";
        xml.open("div", attributes("class", "ocr_page", "id", id, "title", image + box + number(page)));
        xml.line();
        int count = 0;
        for (TextBlock block : page.blocks()) {
            write(block, page.origin().rotation(), id + "_" + ++count, xml);
        }
        xml.close();
        xml.line();
    }

    private static String number(DocumentPage page) {
        return "ppageno " + (page.number() - 1);
    }

    private static void write(TextBlock block, int rotation, String id, XmlOut xml) throws IOException {
        xml.open("div", place(block.placed(), type(block), "block_" + id, block.box(), ""));
        if (!block.picture()) {
            xml.open("p", place(block.placed(), "ocr_par", "par_" + id, block.box(), ""));
            xml.line();
            int count = 0;
            for (TextLine line : block.lines()) {
                write(line, block.placed(), rotation, id + "_" + ++count, xml);
            }
            xml.close();
        }
        xml.close();
        xml.line();
    }

    private static String type(TextBlock block) {
        return switch (block.kind()) {
            case "table" -> "ocr_table";
            case "image", "figure" -> "ocr_photo";
            default -> "ocr_carea";
        };
    }

    private static void write(TextLine line, boolean placed, int rotation, String id, XmlOut xml) throws IOException {
        String angle = rotation == 0 ? "" : "textangle " + rotation;
        xml.open("span", place(placed, "ocr_line", "line_" + id, line.box(), angle));
        int count = 0;
        for (TextWord word : line.words()) {
            String sure = word.confidence().isPresent()
                    ? "x_wconf " + Math.round(100 * word.confidence().getAsDouble())
                    : "";
            if (count > 0) {
                xml.text(" ");
            }
            xml.open("span", place(placed, "ocrx_word", "word_" + id + "_" + ++count, word.box(), sure));
            xml.text(word.text());
            xml.close();
        }
        xml.close();
        xml.line();
    }

    private static Map<String, String> place(boolean placed, String type, String id, Box box, String more) {
        String bbox = placed ? "bbox " + box.x0() + " " + box.y0() + " " + box.x1() + " " + box.y1() : "";
        String title = bbox + (bbox.isEmpty() || more.isEmpty() ? "" : "; ") + more;
        return title.isEmpty()
                ? attributes("class", type, "id", id)
                : attributes("class", type, "id", id, "title", title);
    }

    private static Map<String, String> attributes(String... namesAndValues) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            attributes.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return attributes;
    }
}
