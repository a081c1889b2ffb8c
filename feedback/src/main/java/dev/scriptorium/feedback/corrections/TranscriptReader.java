package dev.scriptorium.feedback.corrections;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.w3c.dom.Element;

/** Reads the pages of a PAGE or ALTO file; the root element tells which it is. */
public final class TranscriptReader {
    private TranscriptReader() {}

    /**
     * Reads a file.
     *
     * @param place its name, for messages
     * @throws BatchFormatException if it is neither
     */
    public static List<Transcript> read(String place, InputStream in) throws IOException, BatchFormatException {
        Element root = Xml.parse(place, in);
        return switch (root.getLocalName()) {
            case PageXml.ROOT -> PageXml.read(place, root);
            case AltoXml.ROOT -> AltoXml.read(place, root);
            default ->
                throw new BatchFormatException(
                        place + ": a root PcGts (PAGE) or alto (ALTO) expected, " + root.getLocalName() + " found");
        };
    }
}
