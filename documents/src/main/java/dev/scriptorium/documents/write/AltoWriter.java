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
 * ALTO 4, measured in pixels. A block's layout class is the {@code TYPE} of a block composed of it alone: tags would have
 * to stand before all pages, and pages are written one after the other. A missing page has {@code QUALITY="Missing"}.
 *
 * @see <a href="https://www.loc.gov/standards/alto/">ALTO</a>
 */
final class AltoWriter implements DocumentWriter {
    private static final String NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#";

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        XmlOut xml = new XmlOut(out);
        xml.line();
        Map<String, String> root = new LinkedHashMap<>();
        root.put("xmlns", NAMESPACE);
        root.put("SCHEMAVERSION", "4.4");
        xml.open("alto", root);
        xml.line();
        describe(document, xml);
        xml.open("Layout");
        xml.line();
        Iterator<? extends DocumentPage> pages = document.pages();
        while (pages.hasNext()) {
            DocumentPage page = pages.next();
            if (page instanceof ReadPage read) {
                write(read, xml);
            } else {
                write((MissingPage) page, xml);
            }
        }
        xml.end();
    }

    private static void describe(RecognizedDocument document, XmlOut xml) throws IOException {
        xml.open("Description");
        xml.element("MeasurementUnit", "pixel");
        xml.open("sourceImageInformation");
        xml.element("fileName", document.title());
        xml.element("documentIdentifier", document.id());
        xml.close();
        xml.open("Processing", Map.of("ID", "reading"));
        xml.element("processingCategory", "contentGeneration");
        xml.element(
                "processingStepDescription",
                "Words, and lines of paragraphs that were read as one, have their share of the place that was found.");
        xml.open("processingSoftware");
        xml.element("softwareName", Notes.SOFTWARE);
        xml.close();
        xml.close();
        xml.close();
        xml.line();
    }

    private static void write(MissingPage page, XmlOut xml) throws IOException {
        Map<String, String> attributes = page(page);
        attributes.put("QUALITY", "Missing");
        attributes.put("QUALITY_DETAIL", page.code());
        xml.empty("Page", attributes);
        xml.line();
    }

    private static void write(ReadPage page, XmlOut xml) throws IOException {
        Map<String, String> attributes = page(page);
        boolean sized = page.width() > 0 && page.height() > 0;
        if (sized) {
            attributes.put("WIDTH", Integer.toString(page.width()));
            attributes.put("HEIGHT", Integer.toString(page.height()));
        }
        attributes.put("PROCESSINGREFS", "reading");
        if (page.origin().rotation() != 0) {
            attributes.put("ROTATION", Integer.toString(page.origin().rotation()));
        }
        attributes.put("PC", Notes.probability(page.origin().confidence()));
        xml.open("Page", attributes);
        xml.line();
        String id = "page_" + page.number();
        Map<String, String> space = new LinkedHashMap<>();
        space.put("ID", "space_" + id);
        if (sized) {
            place(new Box(0, 0, page.width(), page.height()), space);
        }
        xml.open("PrintSpace", space);
        xml.line();
        int count = 0;
        for (TextBlock block : page.blocks()) {
            write(block, id + "_" + ++count, xml);
        }
        xml.close();
        xml.close();
        xml.line();
    }

    private static Map<String, String> page(DocumentPage page) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("ID", "page_" + page.number());
        attributes.put("PHYSICAL_IMG_NR", Integer.toString(page.number()));
        return attributes;
    }

    private static void write(TextBlock block, String id, XmlOut xml) throws IOException {
        Map<String, String> attributes = place(block.placed(), "block_" + id, block.box());
        if (block.picture()) {
            attributes.put("TYPE", block.kind());
            xml.empty("Illustration", attributes);
        } else if (block.kind().equals(TextBlock.TEXT)) {
            write(block, attributes, id, xml);
        } else {
            // What kind of block it is has a place in ALTO only around it.
            attributes.put("TYPE", block.kind());
            xml.open("ComposedBlock", attributes);
            write(block, place(block.placed(), "text_" + id, block.box()), id, xml);
            xml.close();
        }
        xml.line();
    }

    private static void write(TextBlock block, Map<String, String> attributes, String id, XmlOut xml)
            throws IOException {
        xml.open("TextBlock", attributes);
        xml.line();
        int count = 0;
        for (TextLine line : block.lines()) {
            xml.open("TextLine", place(block.placed(), "line_" + id + "_" + ++count, line.box()));
            TextWord previous = null;
            for (TextWord word : line.words()) {
                if (previous != null) {
                    xml.empty("SP", Map.of());
                }
                write(word, block.placed(), xml);
                previous = word;
            }
            xml.close();
            xml.line();
        }
        xml.close();
    }

    private static void write(TextWord word, boolean placed, XmlOut xml) throws IOException {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("CONTENT", word.text());
        if (placed) {
            place(word.box(), attributes);
        }
        if (word.confidence().isPresent()) {
            attributes.put("WC", Notes.probability(word.confidence().getAsDouble()));
        }
        xml.empty("String", attributes);
    }

    private static Map<String, String> place(boolean placed, String id, Box box) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("ID", id);
        if (placed) {
            place(box, attributes);
        }
        return attributes;
    }

    private static void place(Box box, Map<String, String> attributes) {
        attributes.put("HPOS", Integer.toString(box.x0()));
        attributes.put("VPOS", Integer.toString(box.y0()));
        attributes.put("WIDTH", Integer.toString(box.width()));
        attributes.put("HEIGHT", Integer.toString(box.height()));
    }
}
