package dev.scriptorium.feedback.corrections;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.w3c.dom.Element;

/**
 * PAGE XML, as Transkribus, eScriptorium and OCR-D write it: regions in their reading order, the lines of a region as
 * they stand. A region's own text counts only where it has no lines, a line's words only where it has no text.
 *
 * @see <a href="https://github.com/PRImA-Research-Lab/PAGE-XML">PAGE XML</a>
 */
final class PageXml {
    static final String ROOT = "PcGts";

    private PageXml() {}

    static List<Transcript> read(String place, Element root) throws BatchFormatException {
        Element page = Xml.child(root, "Page")
                .orElseThrow(() -> new BatchFormatException(place + ": an element Page expected, none found"));
        ReadingOrder order = ReadingOrder.of(page, "regionRef");
        List<String> lines = new ArrayList<>();
        regions(page, order, lines);
        return List.of(new Transcript(page.getAttribute("imageFilename"), 1, String.join("\n", lines)));
    }

    private static void regions(Element parent, ReadingOrder order, List<String> lines) {
        List<Element> regions = Xml.children(parent)
                .filter(child -> child.getLocalName().endsWith("Region"))
                .toList();
        for (Element region : order.sort(regions, "id")) {
            List<String> own = Xml.children(region, "TextLine")
                    .map(PageXml::line)
                    .flatMap(Optional::stream)
                    .toList();
            if (own.isEmpty() && Xml.children(region, "TextRegion").findAny().isEmpty()) {
                text(region).ifPresent(lines::add);
            }
            lines.addAll(own);
            regions(region, order, lines);
        }
    }

    private static Optional<String> line(Element line) {
        Optional<String> text = text(line);
        if (text.isPresent()) {
            return text;
        }
        String words = Xml.children(line, "Word")
                .map(PageXml::text)
                .flatMap(Optional::stream)
                .collect(Collectors.joining(" "));
        return Optional.of(words).filter(joined -> !joined.isEmpty());
    }

    /** Of several readings the one with the lowest index: the tool's best. */
    private static Optional<String> text(Element element) {
        return Xml.children(element, "TextEquiv")
                .min(Comparator.comparingInt(PageXml::index))
                .flatMap(equivalent -> Xml.child(equivalent, "Unicode"))
                .map(unicode -> unicode.getTextContent().strip())
                .filter(text -> !text.isEmpty());
    }

    private static int index(Element equivalent) {
        String index = equivalent.getAttribute("index");
        return index.matches("\\d{1,9}") ? Integer.parseInt(index) : Integer.MAX_VALUE;
    }
}
