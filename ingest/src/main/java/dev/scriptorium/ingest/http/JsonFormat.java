package dev.scriptorium.ingest.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.schemas.DocumentStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/** One object: {@code {"documentId","documentName","pages":[{"page","pageId","outcome","confidence","format","text"}]}}. */
final class JsonFormat implements DocumentFormat {
    private static final JsonFactory JSON = new ObjectMapper().getFactory();

    @Override
    public String name() {
        return "json";
    }

    @Override
    public String mediaType() {
        return "application/json";
    }

    @Override
    public void write(RecognizedDocument document, OutputStream out) throws IOException {
        DocumentStatus status = document.status();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeStringField("documentId", status.getDocumentId());
            json.writeStringField("documentName", status.getDocumentName());
            json.writeArrayFieldStart("pages");
            document.pages((outcome, recognition) -> {
                Map<String, Object> page = DocumentJson.outcome(status, outcome);
                recognition.ifPresent(read -> {
                    page.put("format", read.getFormat());
                    page.put("text", read.getText());
                });
                json.writePOJO(page);
            });
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
