package dev.scriptorium.ingest;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A document as it is named to the process that renders it.
 *
 * @param documentId goes into every page
 */
record RenderJob(Document document, ImageType type, String documentId) {

    /** What errors call the document. */
    String name() {
        return document.path().toString();
    }

    void write(DataOutputStream out) throws IOException {
        out.writeUTF(name());
        out.writeBoolean(document.named());
        out.writeUTF(type.name());
        out.writeUTF(documentId);
    }

    static RenderJob read(DataInputStream in) throws IOException {
        Document document = new Document(Path.of(in.readUTF()), in.readBoolean());
        return new RenderJob(document, ImageType.valueOf(in.readUTF()), in.readUTF());
    }
}
