package dev.scriptorium.feedback.corrections;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.w3c.dom.Element;

/**
 * The order in which a page's regions are read, as PAGE and ALTO say it: nested groups of references. What is not
 * mentioned follows what is, in the document's order.
 */
record ReadingOrder(Map<String, Integer> places) {

    /**
     * Reads the order.
     *
     * @param root element that holds a {@code ReadingOrder}; without one, the document's order counts
     * @param reference name of the attribute that refers to a region
     */
    static ReadingOrder of(Element root, String reference) {
        Map<String, Integer> places = new HashMap<>();
        Xml.all(root)
                .filter(element -> Xml.is(element, "ReadingOrder"))
                .forEach(order -> collect(order, reference, places));
        return new ReadingOrder(places);
    }

    private static void collect(Element group, String reference, Map<String, Integer> places) {
        // only PAGE's ordered groups have indices; the sort is stable, so the rest stays as it stands
        List<Element> members = Xml.children(group)
                .sorted(Comparator.comparingInt(ReadingOrder::index))
                .toList();
        for (Element member : members) {
            String id = member.getAttribute(reference);
            if (!id.isEmpty()) {
                places.putIfAbsent(id, places.size());
            }
            collect(member, reference, places);
        }
    }

    private static int index(Element member) {
        String index = member.getAttribute("index");
        return index.matches("\\d{1,9}") ? Integer.parseInt(index) : Integer.MAX_VALUE;
    }

    /** The regions as they are read. */
    List<Element> sort(List<Element> regions, String id) {
        return regions.stream()
                .sorted(Comparator.comparingInt(
                        (Element region) -> places.getOrDefault(region.getAttribute(id), Integer.MAX_VALUE)))
                .toList();
    }
}
