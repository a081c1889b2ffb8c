package dev.scriptorium.trainer.bench;

import dev.scriptorium.model.config.Mode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Draws precision over compression as a picture: a curve for each mode, and what the paper says of Fox. */
public final class CompressionChart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final int LEFT = 70;
    private static final int TOP = 40;
    private static final int RIGHT = 30;
    private static final int BOTTOM = 60;
    /** The paper's densest page; what is denser stands at the edge. */
    private static final double MOST = 20;

    private static final Color[] COLORS = {
        new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c), new Color(0x9467bd), new Color(0xff7f0e)
    };
    /** Table 2 of the paper: compression and precision in mode Tiny, 600 to 1,300 text tokens. */
    private static final double[][] FOX = {
        {10.5, 0.965}, {11.8, 0.938}, {13.2, 0.838}, {15.1, 0.859}, {16.5, 0.793}, {17.7, 0.764}, {19.7, 0.591}
    };

    private final BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    private final Graphics2D pen = image.createGraphics();

    private CompressionChart() {
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, WIDTH, HEIGHT);
        pen.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    }

    /**
     * Writes the picture.
     *
     * @param points at least one
     * @param png replaced if it exists
     */
    public static void write(List<CompressionPoint> points, Path png) throws IOException {
        CompressionChart chart = new CompressionChart();
        chart.axes();
        List<Mode> modes =
                points.stream().map(CompressionPoint::mode).distinct().toList();
        for (int i = 0; i < modes.size(); i++) {
            Mode mode = modes.get(i);
            chart.curve(
                    points.stream()
                            .filter(point -> point.mode() == mode)
                            .map(point -> new double[] {point.compression(), point.precision()})
                            .toList(),
                    COLORS[i % COLORS.length],
                    "mode " + mode.label(),
                    i);
        }
        chart.curve(List.of(FOX), Color.GRAY, "DeepSeek-OCR, Tiny, on Fox (the paper)", modes.size());
        chart.pen.dispose();
        ImageIO.write(chart.image, "png", png.toFile());
    }

    private void axes() {
        for (int percent = 0; percent <= 100; percent += 20) {
            pen.setColor(new Color(0xe4e4e4));
            pen.drawLine(LEFT, (int) y(percent / 100.0), WIDTH - RIGHT, (int) y(percent / 100.0));
            pen.setColor(Color.DARK_GRAY);
            pen.drawString(String.format(Locale.ROOT, "%3d %%", percent), 22, (int) y(percent / 100.0) + 5);
        }
        for (double mark = 0; mark <= MOST; mark += MOST / 10) {
            pen.drawString(String.format(Locale.ROOT, "%.0f", mark), (int) x(mark) - 6, HEIGHT - BOTTOM + 22);
        }
        pen.drawString("text tokens a vision token", WIDTH / 2 - 80, HEIGHT - 14);
        pen.drawString("precision", 22, TOP - 16);
    }

    private void curve(List<double[]> points, Color color, String label, int row) {
        pen.setColor(color);
        pen.setStroke(new BasicStroke(2f));
        Path2D path = new Path2D.Double();
        for (double[] point : points) {
            double x = x(point[0]);
            double y = y(point[1]);
            if (path.getCurrentPoint() == null) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
            pen.fill(new Ellipse2D.Double(x - 3.5, y - 3.5, 7, 7));
        }
        pen.draw(path);
        pen.drawString(label, WIDTH - RIGHT - 290, TOP + 18 * (row + 1));
    }

    private double x(double compression) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.min(1, compression / MOST);
    }

    private double y(double precision) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - precision);
    }
}
