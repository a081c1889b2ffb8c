package dev.scriptorium.documents.write;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.scriptorium.documents.page.Box;
import dev.scriptorium.documents.page.DocumentPage;
import dev.scriptorium.documents.page.MissingPage;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.documents.page.RecognizedDocument;
import dev.scriptorium.documents.page.Table;
import dev.scriptorium.documents.page.TextBlock;
import dev.scriptorium.documents.page.TextLine;
import dev.scriptorium.documents.page.TextWord;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;

/**
 * Everything there is to say, as one JSON object. Boxes are {@code [x0, y0, x1, y1]} in pixels of the page, right and
 * bottom edge exclusive; what has no known place has no {@code box}.
 */
final class JsonWriter implements DocumentWriter {
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("documentId", document.id());
            json.writeStringField("documentName", document.name());
            json.writeArrayFieldStart("pages");
            Iterator<? extends DocumentPage> pages = document.pages();
            while (pages.hasNext()) {
                DocumentPage page = pages.next();
                if (page instanceof ReadPage read) {
                    write(read, json);
                } else {
                    write((MissingPage) page, json);
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void write(MissingPage page, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("page", page.number());
        json.writeStringField("outcome", page.code());
        json.writeStringField("message", page.message());
        json.writeEndObject();
    }

    private static void write(ReadPage page, JsonGenerator json) throws IOException {
        ReadPage.Origin origin = page.origin();
        json.writeStartObject();
        json.writeNumberField("page", page.number());
        json.writeStringField("pageId", page.id());
        json.writeNumberField("width", page.width());
        json.writeNumberField("height", page.height());
        json.writeNumberField("rotation", origin.rotation());
        json.writeStringField("outcome", origin.outcome());
        json.writeNumberField("confidence", origin.confidence());
        json.writeStringField("mode", origin.mode());
        json.writeStringField("modelDigest", origin.modelDigest());
        json.writeStringField("adapterId", origin.adapterId());
        json.writeStringField("format", page.markdown() ? "markdown" : "text");
        json.writeStringField("text", page.text());
        json.writeArrayFieldStart("regions");
        for (TextBlock block : page.blocks()) {
            write(block, json);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("tables");
        for (Table table : page.tables()) {
            json.writeStartArray();
            for (List<String> row : table.grid()) {
                json.writeStartArray();
                for (String cell : row) {
                    json.writeString(cell);
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(TextBlock block, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", block.kind());
        if (block.placed()) {
            box(block.box(), json);
        }
        json.writeStringField("text", block.source());
        json.writeNumberField("confidence", block.confidence());
        json.writeArrayFieldStart("lines");
        for (TextLine line : block.lines()) {
            json.writeStartObject();
            if (block.placed()) {
                box(line.box(), json);
            }
            json.writeStringField("text", line.text());
            json.writeNumberField("confidence", line.confidence());
            json.writeArrayFieldStart("words");
            for (TextWord word : line.words()) {
                write(word, block.placed(), json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(TextWord word, boolean placed, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("text", word.text());
        if (placed) {
            box(word.box(), json);
        }
        if (word.confidence().isPresent()) {
            json.writeNumberField("confidence", word.confidence().getAsDouble());
        }
        json.writeEndObject();
    }

    private static void box(Box box, JsonGenerator json) throws IOException {
        json.writeFieldName("box");
        json.writeArray(new int[] {box.x0(), box.y0(), box.x1(), box.y1()}, 0, 4);
    }
}
