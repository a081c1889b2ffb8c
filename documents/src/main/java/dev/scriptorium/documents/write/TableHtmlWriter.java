package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.page.Table;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The document's tables as HTML, written anew: nothing but cells, spans and text is taken from what the model wrote. */
final class TableHtmlWriter implements DocumentWriter {

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        XmlOut xml = new XmlOut(out);
        xml.doctype("<!DOCTYPE html>");
        xml.open("html", Map.of("xmlns", "http://www.w3.org/1999/xhtml"));
        xml.open("head");
        xml.empty("meta", Map.of("charset", "utf-8"));
        xml.element("title", document.title());
        xml.close();
        xml.open("body");
        xml.line();
        Iterator<? extends DocumentPage> pages = document.pages();
        while (pages.hasNext()) {
            if (pages.next() instanceof ReadPage page) {
                for (Table table : page.tables()) {
                    write(table, page.number(), xml);
                }
            }
        }
        xml.end();
    }

    private static void write(Table table, int page, XmlOut xml) throws IOException {
        xml.open("table", Map.of("data-page", Integer.toString(page)));
        xml.line();
        for (List<Table.Cell> row : table.rows()) {
            xml.open("tr");
            for (Table.Cell cell : row) {
                Map<String, String> spans = new LinkedHashMap<>();
                if (cell.columnSpan() > 1) {
                    spans.put("colspan", Integer.toString(cell.columnSpan()));
                }
                if (cell.rowSpan() > 1) {
                    spans.put("rowspan", Integer.toString(cell.rowSpan()));
                }
                xml.open(cell.header() ? "th" : "td", spans);
                write(cell.text(), xml);
                xml.close();
            }
            xml.close();
            xml.line();
        }
        xml.close();
        xml.line();
    }

    private static void write(String text, XmlOut xml) throws IOException {
        boolean first = true;
        for (String line : text.lines().toList()) {
            if (!first) {
                xml.empty("br", Map.of());
            }
            xml.text(line);
            first = false;
        }
    }
}
