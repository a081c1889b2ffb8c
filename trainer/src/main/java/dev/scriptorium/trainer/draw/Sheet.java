package dev.scriptorium.trainer.draw;

import dev.scriptorium.trainer.draw.FontCatalog.Face;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.ArrayList;
import java.util.List;

/** A page being set: ink on paper, and the text in the order it was put there. */
final class Sheet {
    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);
    private static final double INDENT = 1.4;

    private final BufferedImage image;
    private final Graphics2D graphics;
    private final StringBuilder truth = new StringBuilder();

    /**
     * @param skewDegrees how far the page lies turned on the scanner
     */
    Sheet(int width, int height, double skewDegrees) {
        image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        // White is ink here: the sheet holds coverage.
        graphics.setColor(Color.WHITE);
        graphics.setTransform(
                AffineTransform.getRotateInstance(Math.toRadians(skewDegrees), width / 2.0, height / 2.0));
    }

    /**
     * A row of words.
     *
     * @param indent whether it begins a paragraph
     * @param justified whether it is spread over the whole width
     */
    record Row(List<String> words, boolean indent, boolean justified) {}

    /** Breaks paragraphs into rows of a width in pixels. */
    List<Row> rows(List<String> paragraphs, Face face, double em, double width) {
        return rows(paragraphs, face.font(), em, width);
    }

    static List<Row> rows(List<String> paragraphs, Font typeface, double em, double width) {
        Font font = typeface.deriveFont((float) em);
        double space = width(" ", font);
        List<Row> rows = new ArrayList<>();
        for (String paragraph : paragraphs) {
            List<String> words = new ArrayList<>();
            boolean first = true;
            double used = INDENT * em;
            for (String word : paragraph.split(" ", -1)) {
                double wide = width(word, font);
                if (!words.isEmpty() && used + space + wide > width) {
                    rows.add(new Row(List.copyOf(words), first, true));
                    first = false;
                    words.clear();
                    used = 0;
                }
                used += (words.isEmpty() ? 0 : space) + wide;
                words.add(word);
            }
            rows.add(new Row(List.copyOf(words), first, false));
        }
        return rows;
    }

    /** Draws rows below each other; returns the last baseline. */
    double draw(List<Row> rows, Face face, double em, double x, double y, double width, double leading) {
        return draw(rows, face.font(), em, x, y, width, leading);
    }

    double draw(List<Row> rows, Font typeface, double em, double x, double y, double width, double leading) {
        Font font = typeface.deriveFont((float) em);
        double baseline = y - leading;
        for (Row row : rows) {
            baseline += leading;
            double pen = x + (row.indent() ? INDENT * em : 0);
            double letters =
                    row.words().stream().mapToDouble(word -> width(word, font)).sum();
            int gaps = row.words().size() - 1;
            double gap = row.justified() && gaps > 0 ? (x + width - pen - letters) / gaps : width(" ", font);
            for (String word : row.words()) {
                ink(word, font, pen, baseline);
                pen += width(word, font) + gap;
            }
            tell(String.join(" ", row.words()));
        }
        return baseline;
    }

    void line(String text, Face face, double em, double x, double y) {
        ink(text, face.font().deriveFont((float) em), x, y);
        tell(text);
    }

    void centered(String text, Face face, double em, double y) {
        Font font = face.font().deriveFont((float) em);
        ink(text, font, (image.getWidth() - width(text, font)) / 2, y);
        tell(text);
    }

    /** Text at the left edge and text at the right edge of one row. */
    void row(String left, String right, Face face, double em, double x0, double x1, double y) {
        Font font = face.font().deriveFont((float) em);
        ink(left, font, x0, y);
        ink(right, font, x1 - width(right, font), y);
        tell(left + " " + right);
    }

    /** A dashed rule, which is no text. */
    void dashes(double x0, double x1, double y) {
        for (double x = x0; x < x1; x += 18) {
            graphics.fill(new Rectangle2D.Double(x, y, 11, 3));
        }
    }

    /** The dark edge of the scanner's lid. */
    void edge(double x, double y, double width, double height) {
        graphics.fill(new Rectangle2D.Double(x, y, width, height));
    }

    private static double width(String text, Font font) {
        return font.getStringBounds(text, CONTEXT).getWidth();
    }

    private void ink(String text, Font font, double x, double y) {
        Shape outline = font.createGlyphVector(CONTEXT, text).getOutline((float) x, (float) y);
        graphics.fill(outline);
    }

    private void tell(String text) {
        truth.append(truth.isEmpty() ? "" : "\n").append(text);
    }

    /** The text so far, a line a row. */
    String truth() {
        return truth.toString();
    }

    Scan scan() {
        byte[] coverage = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        return new Scan(coverage.clone(), image.getWidth(), image.getHeight());
    }
}
