package dev.scriptorium.standalone;

import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.image.UnreadableImageException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * One HTML file about a comparison: the table, the images that the adapter reads better by most, and those
 * that it still reads worst, each with truth and both readings. The pictures are inside the file.
 */
final class ScorePage {
    private static final int SHOWN = 30;
    private static final int WIDEST = 700;
    private static final String STYLE = """
            body { font: 15px/1.4 sans-serif; margin: 2em auto; max-width: 60em; color: #222 }
            table { border-collapse: collapse } td, th { padding: .2em .8em; text-align: left }
            tr:nth-child(even) { background: #f4f4f4 } .number { text-align: right }
            .item { margin: 1em 0; padding: .6em; border: 1px solid #ddd } .item img { max-width: 100%; display: block }
            .item span { color: #777; display: inline-block; width: 6em } code { font-size: 1.05em }
            """;

    private final Map<String, Scoring.Result> results;
    private final StringBuilder html = new StringBuilder();

    private ScorePage(Map<String, Scoring.Result> results) {
        this.results = results;
    }

    /**
     * Writes the page.
     *
     * @param results by name, the last one is what is judged, the first what it is compared with
     */
    static void write(Path file, String title, Map<String, Scoring.Result> results) throws IOException {
        ScorePage page = new ScorePage(results);
        page.compose(title);
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        Files.writeString(file, page.html);
    }

    private void compose(String title) throws IOException {
        html.append("<!doctype html><meta charset=\"utf-8\"><title>")
                .append(escaped(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n")
                .append(ScoreTable.html(results));
        List<List<Scoring.Reading>> columns =
                results.values().stream().map(Scoring.Result::readings).toList();
        List<Scoring.Reading> first = columns.get(0);
        List<Scoring.Reading> last = columns.get(columns.size() - 1);
        if (columns.size() > 1) {
            section(
                    "Best improvements",
                    Comparator.comparingDouble(
                            i -> last.get(i).rate() - first.get(i).rate()),
                    i -> first.get(i).rate() > last.get(i).rate());
        }
        section(
                "Hard cases",
                Comparator.comparingDouble(i -> -last.get(i).rate()),
                i -> last.get(i).rate() > 0);
    }

    private void section(String title, Comparator<Integer> worstFirst, java.util.function.Predicate<Integer> shown)
            throws IOException {
        html.append("<h2>").append(title).append("</h2>\n");
        List<Integer> order = new ArrayList<>();
        int count = results.values().iterator().next().readings().size();
        for (int i = 0; i < count; i++) {
            if (shown.test(i)) {
                order.add(i);
            }
        }
        order.sort(worstFirst);
        for (int i : order.subList(0, Math.min(SHOWN, order.size()))) {
            item(i);
        }
        if (order.isEmpty()) {
            html.append("<p>none</p>\n");
        }
    }

    private void item(int index) throws IOException {
        Scoring.Reading any = results.values().iterator().next().readings().get(index);
        html.append("<div class=\"item\"><img src=\"")
                .append(picture(any.item().file()))
                .append("\" alt=\"\"><small>")
                .append(escaped(any.item().name()))
                .append("</small><br><span>truth</span><code>")
                .append(escaped(any.item().text()))
                .append("</code>");
        results.forEach((name, result) -> {
            Scoring.Reading reading = result.readings().get(index);
            html.append("<br><span>")
                    .append(escaped(name))
                    .append("</span><code>")
                    .append(escaped(reading.text()))
                    .append("</code> ")
                    .append(String.format(java.util.Locale.ROOT, "(%.0f %%)", 100 * reading.rate()));
        });
        html.append("</div>\n");
    }

    /** A picture as a data URL: decoded and written again, so that any browser shows it and large ones stay small. */
    private static String picture(Path file) throws IOException {
        RgbImage image;
        try {
            image = new ImageDecoder(ImageDecoder.DEFAULT_MAX_PIXELS)
                    .decode(file.toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (UnreadableImageException e) {
            return "";
        }
        BufferedImage whole = image.toGray().toBufferedImage();
        int width = Math.min(WIDEST, whole.getWidth());
        int height = Math.max(1, (int) ((long) whole.getHeight() * width / whole.getWidth()));
        BufferedImage shown = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = shown.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        pen.drawImage(whole, 0, 0, width, height, null);
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(shown, "png", png);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("\n", "<br>");
    }
}
