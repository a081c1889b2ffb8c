package dev.scriptorium.standalone;

import dev.scriptorium.model.eval.LabeledImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * What a labeled data set is made of: sizes of images, lengths of labels, and their characters.
 *
 * @param images how many
 * @param widths pixels: least, median, greatest
 * @param heights pixels: least, median, greatest
 * @param lengths characters a label: least, median, greatest
 * @param characters how often each occurs
 */
record DataReport(int images, Spread widths, Spread heights, Spread lengths, Map<String, Integer> characters) {

    /** Least, median and greatest of some numbers; all 0 of none. */
    record Spread(int least, int median, int greatest) {
        static Spread of(int[] numbers) {
            int[] sorted = numbers.clone();
            Arrays.sort(sorted);
            int n = sorted.length;
            return n == 0 ? new Spread(0, 0, 0) : new Spread(sorted[0], sorted[n / 2], sorted[n - 1]);
        }

        private String text() {
            return least + " / " + median + " / " + greatest;
        }
    }

    /** Looks at every label, and at the header of every image whose format Java knows. */
    static DataReport of(List<LabeledImages.Item> items) throws IOException {
        int[] widths = new int[items.size()];
        int[] heights = new int[items.size()];
        int sized = 0;
        Map<String, Integer> characters = new TreeMap<>();
        for (LabeledImages.Item item : items) {
            item.text().codePoints().forEach(c -> characters.merge(Character.toString(c), 1, Integer::sum));
            int[] size = size(item.file());
            if (size.length == 2) {
                widths[sized] = size[0];
                heights[sized++] = size[1];
            }
        }
        return new DataReport(
                items.size(),
                Spread.of(Arrays.copyOf(widths, sized)),
                Spread.of(Arrays.copyOf(heights, sized)),
                Spread.of(items.stream()
                        .mapToInt(item ->
                                item.text().codePointCount(0, item.text().length()))
                        .toArray()),
                characters);
    }

    /** Lines for people. */
    List<String> lines() {
        return List.of(
                String.format(Locale.ROOT, "%d images, least / median / greatest:", images),
                "  width   " + widths.text() + " pixels",
                "  height  " + heights.text() + " pixels",
                "  label   " + lengths.text() + " characters, " + characters.size() + " different ones");
    }

    /** For {@code --json}. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("images", images);
        json.put("widths", widths);
        json.put("heights", heights);
        json.put("lengths", lengths);
        json.put("characters", characters.size());
        return json;
    }

    private static int[] size(Path file) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                return new int[0];
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                return new int[] {reader.getWidth(0), reader.getHeight(0)};
            } finally {
                reader.dispose();
            }
        }
    }
}
