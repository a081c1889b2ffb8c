package dev.scriptorium.model.image;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Random;

/**
 * A page written with strokes in the shape of letters, so that no test depends on the fonts of a
 * machine. Sizes are the height of a small letter in pixels.
 */
final class LetterPage {
    private final BufferedImage image;
    private final Graphics2D graphics;
    private final Random random = new Random(17);

    LetterPage(int width, int height) {
        image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.BLACK);
    }

    /** Everything drawn from now on is turned about the middle of the page. */
    LetterPage turned(double degrees) {
        graphics.setTransform(AffineTransform.getRotateInstance(
                Math.toRadians(degrees), image.getWidth() / 2.0, image.getHeight() / 2.0));
        return this;
    }

    LetterPage ink(int gray) {
        graphics.setColor(new Color(gray, gray, gray));
        return this;
    }

    /** Words from x on, up to a width, on a baseline. */
    LetterPage line(double x, double baseline, double width, double size) {
        double pen = x;
        graphics.setStroke(new BasicStroke((float) (size / 6), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        while (pen < x + width - 4 * size) {
            int letters = 2 + random.nextInt(7);
            for (int i = 0; i < letters && pen < x + width - size; i++) {
                pen += letter(pen, baseline, size) + 0.22 * size;
            }
            if (random.nextInt(6) == 0) {
                graphics.fill(new Rectangle2D.Double(pen, baseline - size / 6, size / 5, size / 5));
                pen += size / 3;
            }
            pen += 0.6 * size;
        }
        return this;
    }

    private double letter(double x, double y, double s) {
        double width = 0.75 * s;
        switch (random.nextInt(8)) {
            case 0, 6 -> stroke(x, y - s, x, y, x + width, y, x + width, y - s, x, y - s); // o
            case 1 -> stroke(x, y, x, y - s, x + width, y - s, x + width, y); // n
            case 2, 7 -> stroke(x, y - 1.6 * s, x, y, x + width, y, x + width, y - s, x, y - s); // b
            case 3 -> stroke(x, y + 0.5 * s, x, y - s, x + width, y - s, x + width, y, x, y); // p
            case 4 -> {
                stroke(x + s / 8, y - 1.6 * s, x + s / 8, y); // l
                return s / 4;
            }
            default -> {
                stroke(x + s / 8, y - s, x + s / 8, y); // i
                graphics.fill(new Rectangle2D.Double(x, y - 1.5 * s, s / 5, s / 5));
                return s / 4;
            }
        }
        return width;
    }

    private void stroke(double... points) {
        for (int i = 2; i < points.length; i += 2) {
            graphics.draw(new Line2D.Double(points[i - 2], points[i - 1], points[i], points[i + 1]));
        }
    }

    /** Lines below each other; the first baseline is given. */
    LetterPage paragraph(double x, double baseline, double width, int lines, double size, double leading) {
        for (int i = 0; i < lines; i++) {
            line(x, baseline + i * leading, width, size);
        }
        return this;
    }

    LetterPage box(double x, double y, double width, double height) {
        graphics.fill(new Rectangle2D.Double(x, y, width, height));
        return this;
    }

    /** Dust: dark points of one to three pixels. */
    LetterPage dust(int count) {
        for (int i = 0; i < count; i++) {
            int side = 1 + random.nextInt(3);
            graphics.fillRect(random.nextInt(image.getWidth()), random.nextInt(image.getHeight()), side, side);
        }
        return this;
    }

    /** A word in joined writing, one stroke of waves of different heights. */
    LetterPage word(double x, double baseline, double width, double size) {
        graphics.setStroke(new BasicStroke(3));
        double fromX = x;
        double fromY = baseline;
        for (double pen = x + 6; pen < x + width; pen += 6) {
            double toY = baseline - (random.nextInt(2) == 0 ? 0 : size * (0.5 + random.nextDouble()));
            stroke(fromX, fromY, pen, toY);
            fromX = pen;
            fromY = toY;
        }
        return this;
    }

    /** Blots of the size of letters anywhere in a box, as leaves and stones in a photograph. */
    LetterPage scraps(int x, int y, int width, int height, int count) {
        for (int i = 0; i < count; i++) {
            double left = x + random.nextInt(width);
            double top = y + random.nextInt(height);
            graphics.setStroke(new BasicStroke(2 + random.nextInt(4)));
            stroke(left, top, left + random.nextInt(24), top + random.nextInt(24), left + random.nextInt(30), top);
        }
        return this;
    }

    /** Noise of the sensor on every pixel. */
    LetterPage noise(double deviation) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int value = image.getRaster().getSample(x, y, 0) + (int) (deviation * random.nextGaussian());
                image.getRaster().setSample(x, y, 0, Math.max(0, Math.min(255, value)));
            }
        }
        return this;
    }

    LetterPage inverted() {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.getRaster().setSample(x, y, 0, 255 - image.getRaster().getSample(x, y, 0));
            }
        }
        return this;
    }

    GrayImage gray() {
        return GrayImage.of(image);
    }
}
