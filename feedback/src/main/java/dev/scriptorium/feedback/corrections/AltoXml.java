package dev.scriptorium.feedback.corrections;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.w3c.dom.Element;

/**
 * ALTO, as libraries' OCR writes it: blocks in their reading order, the lines of a block as they stand. Strings are
 * separated where the file says so ({@code SP}); in a line that never does, by one blank each.
 *
 * @see <a href="https://www.loc.gov/standards/alto/">ALTO</a>
 */
final class AltoXml {
    static final String ROOT = "alto";

    private AltoXml() {}

    static List<Transcript> read(String place, Element root) throws BatchFormatException {
        Element layout = Xml.child(root, "Layout")
                .orElseThrow(() -> new BatchFormatException(place + ": an element Layout expected, none found"));
        ReadingOrder order = ReadingOrder.of(root, "REF");
        String image = Xml.all(root)
                .filter(element -> Xml.is(element, "fileName"))
                .findFirst()
                .map(name -> name.getTextContent().strip())
                .orElse("");
        List<Transcript> transcripts = new ArrayList<>();
        for (Element page : Xml.children(layout, "Page").toList()) {
            List<Element> blocks = Xml.all(page)
                    .filter(element -> Xml.is(element, "TextBlock"))
                    .toList();
            String text = order.sort(blocks, "ID").stream()
                    .flatMap(block -> Xml.children(block, "TextLine"))
                    .map(AltoXml::line)
                    .filter(line -> !line.isEmpty())
                    .collect(Collectors.joining("\n"));
            transcripts.add(new Transcript(image, number(page, transcripts.size() + 1), text));
        }
        if (transcripts.isEmpty()) {
            throw new BatchFormatException(place + ": an element Page expected, none found");
        }
        return transcripts;
    }

    private static int number(Element page, int position) {
        String number = page.getAttribute("PHYSICAL_IMG_NR");
        return number.matches("[1-9]\\d{0,8}") ? Integer.parseInt(number) : position;
    }

    private static String line(Element line) {
        boolean spaced = Xml.children(line, "SP").findAny().isPresent();
        StringBuilder text = new StringBuilder();
        Xml.children(line).forEach(piece -> {
            switch (piece.getLocalName()) {
                case "String" -> {
                    if (!spaced && !text.isEmpty()) {
                        text.append(' ');
                    }
                    text.append(piece.getAttribute("CONTENT"));
                }
                case "SP" -> text.append(' ');
                case "HYP" -> text.append(piece.getAttribute("CONTENT"));
                default -> {
                    // shapes and the like have no text
                }
            }
        });
        return text.toString().strip();
    }
}
