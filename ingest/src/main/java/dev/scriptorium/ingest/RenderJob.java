package dev.scriptorium.ingest;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A document as it is named to the process that renders it.
 *
 * @param documentId goes into every page
 */
record RenderJob(Document document, ImageType type, String documentId) {

    /** What errors call the document. */
    String name() {
        return document.place();
    }

    void write(DataOutputStream out) throws IOException {
        out.writeUTF(document.path().toString());
        out.writeUTF(document.title().orElse(""));
        out.writeBoolean(document.named());
        out.writeUTF(type.name());
        out.writeUTF(documentId);
    }

    static RenderJob read(DataInputStream in) throws IOException {
        Path path = Path.of(in.readUTF());
        Optional<String> title = Optional.of(in.readUTF()).filter(text -> !text.isEmpty());
        Document document = new Document(path, in.readBoolean(), title, Optional.empty());
        return new RenderJob(document, ImageType.valueOf(in.readUTF()), in.readUTF());
    }
}
