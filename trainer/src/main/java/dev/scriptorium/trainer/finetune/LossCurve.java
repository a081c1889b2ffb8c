package dev.scriptorium.trainer.finetune;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Draws the loss of every step, and smoothed, on a logarithmic axis over steps. */
final class LossCurve {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 480;
    private static final int LEFT = 70;
    private static final int MARGIN = 40;
    private static final double SMOOTHING = 0.9;
    private static final int LOSS_COLUMN = 2;
    private static final double LEAST = 1e-4;

    private final Graphics2D pen;
    private final double lowest;
    private final double highest;
    private final double[] losses;

    private LossCurve(Graphics2D pen, double[] losses) {
        this.pen = pen;
        this.losses = losses;
        double least = Double.MAX_VALUE;
        double greatest = LEAST;
        for (double loss : losses) {
            least = Math.min(least, Math.max(loss, LEAST));
            greatest = Math.max(greatest, loss);
        }
        lowest = Math.floor(Math.log10(least));
        highest = Math.max(lowest + 1, Math.ceil(Math.log10(greatest)));
    }

    /**
     * Writes the picture.
     *
     * @param rows of the file of steps, at least one
     */
    static void write(List<String[]> rows, Path png) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, WIDTH, HEIGHT);
        pen.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        double[] losses = rows.stream()
                .mapToDouble(row -> Double.parseDouble(row[LOSS_COLUMN]))
                .toArray();
        LossCurve curve = new LossCurve(pen, losses);
        curve.axes(Long.parseLong(rows.get(0)[0]), Long.parseLong(rows.get(rows.size() - 1)[0]));
        curve.line(losses, new Color(0xc6d8ec), 1);
        curve.line(curve.smooth(), new Color(0x1f77b4), 2.2f);
        pen.dispose();
        ImageIO.write(image, "png", png.toFile());
    }

    private double[] smooth() {
        double[] smooth = new double[losses.length];
        double sum = 0;
        double weight = 0;
        for (int i = 0; i < losses.length; i++) {
            sum = sum * SMOOTHING + losses[i];
            weight = weight * SMOOTHING + 1;
            smooth[i] = sum / weight;
        }
        return smooth;
    }

    private void axes(long firstStep, long lastStep) {
        for (double decade = lowest; decade <= highest; decade++) {
            pen.setColor(new Color(0xe4e4e4));
            int y = (int) y(Math.pow(10, decade));
            pen.drawLine(LEFT, y, WIDTH - MARGIN, y);
            pen.setColor(Color.DARK_GRAY);
            pen.drawString(String.format(Locale.ROOT, "%6s", Math.pow(10, decade)), 12, y + 5);
        }
        for (int i = 0; i <= 4; i++) {
            long step = firstStep + (lastStep - firstStep) * i / 4;
            int x = LEFT + (WIDTH - LEFT - MARGIN) * i / 4;
            pen.drawString(Long.toString(step), x - 12, HEIGHT - MARGIN + 20);
        }
        pen.drawString("cross-entropy a label, by step", WIDTH - MARGIN - 220, MARGIN - 12);
    }

    private void line(double[] values, Color color, float width) {
        pen.setColor(color);
        pen.setStroke(new BasicStroke(width));
        Path2D path = new Path2D.Double();
        for (int i = 0; i < values.length; i++) {
            double x = LEFT + (double) (WIDTH - LEFT - MARGIN) * i / Math.max(1, values.length - 1);
            if (i == 0) {
                path.moveTo(x, y(values[i]));
            } else {
                path.lineTo(x, y(values[i]));
            }
        }
        pen.draw(path);
    }

    private double y(double loss) {
        double share = (Math.log10(Math.max(loss, LEAST)) - lowest) / (highest - lowest);
        return MARGIN + (HEIGHT - 2.0 * MARGIN) * (1 - Math.max(0, Math.min(1, share)));
    }
}
