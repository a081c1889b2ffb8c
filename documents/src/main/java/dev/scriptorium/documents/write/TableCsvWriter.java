package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.page.Table;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** The document's tables as CSV, an empty line between two. A cell that spans several places stands in each of them. */
final class TableCsvWriter implements DocumentWriter {

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        CSVPrinter csv = new CSVPrinter(
                new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8)), CSVFormat.RFC4180);
        boolean first = true;
        Iterator<? extends DocumentPage> pages = document.pages();
        while (pages.hasNext()) {
            if (pages.next() instanceof ReadPage page) {
                for (Table table : page.tables()) {
                    if (!first) {
                        csv.println();
                    }
                    for (List<String> row : table.grid()) {
                        csv.printRecord(row);
                    }
                    first = false;
                }
            }
        }
        csv.flush();
    }
}
