package dev.scriptorium.documents.write;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Elements and attributes in UTF-8. Texts hold no characters that XML forbids; pages see to that. */
final class XmlOut {
    private final XMLStreamWriter xml;

    XmlOut(OutputStream out) throws IOException {
        // Buffered, because the JDK's writer asks an OutputStreamWriter for its charset and then splits surrogate
        // pairs.
        BufferedWriter writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(writer);
            xml.writeStartDocument("UTF-8", "1.0");
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
    }

    void doctype(String declaration) throws IOException {
        run(() -> xml.writeDTD("\n" + declaration + "\n"));
    }

    void comment(String text) throws IOException {
        run(() -> xml.writeComment(" " + text.replace("--", "- -") + " "));
    }

    /** Opens an element. */
    void open(String name, Map<String, String> attributes) throws IOException {
        run(() -> {
            xml.writeStartElement(name);
            for (Map.Entry<String, String> attribute : attributes.entrySet()) {
                xml.writeAttribute(attribute.getKey(), attribute.getValue());
            }
        });
    }

    void open(String name) throws IOException {
        open(name, Map.of());
    }

    /** An element without content. */
    void empty(String name, Map<String, String> attributes) throws IOException {
        run(() -> {
            xml.writeEmptyElement(name);
            for (Map.Entry<String, String> attribute : attributes.entrySet()) {
                xml.writeAttribute(attribute.getKey(), attribute.getValue());
            }
        });
    }

    /** An element with text. */
    void element(String name, String text) throws IOException {
        open(name);
        text(text);
        close();
    }

    void text(String text) throws IOException {
        run(() -> xml.writeCharacters(text));
    }

    /** An end of line, for people. */
    void line() throws IOException {
        text("\n");
    }

    /** Closes the element that was opened last. */
    void close() throws IOException {
        run(xml::writeEndElement);
    }

    /** Closes what is open and writes what is buffered. */
    void end() throws IOException {
        run(() -> {
            xml.writeEndDocument();
            xml.writeCharacters("\n");
            xml.flush();
        });
    }

    private interface Step {
        void run() throws XMLStreamException;
    }

    private static void run(Step step) throws IOException {
        try {
            step.run();
        } catch (XMLStreamException e) {
            throw e.getNestedException() instanceof IOException failed ? failed : new IOException(e);
        }
    }
}
