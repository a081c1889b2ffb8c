package dev.scriptorium.trainer.pretrain;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * Draws a run as a picture: loss of the decoder and of the encoder's reader, smoothed, and the error
 * rate on held-out lines, all on one logarithmic axis over steps.
 */
final class LearningCurve {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 560;
    private static final int LEFT = 70;
    private static final int TOP = 50;
    private static final int RIGHT = 30;
    private static final int BOTTOM = 60;
    private static final double LEAST = 0.005;
    private static final double GREATEST = 10;
    private static final double SMOOTHING = 0.97;

    private final BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    private final Graphics2D pen = image.createGraphics();
    private final double lastStep;

    private record Point(double step, double value) {}

    private LearningCurve(double lastStep) {
        this.lastStep = Math.max(1, lastStep);
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, WIDTH, HEIGHT);
        pen.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    }

    /**
     * Reads a run's files and writes the picture.
     *
     * @param metrics rows of {@link StepMetrics}
     * @param readings rows of step, cer, exact
     */
    static void write(Path metrics, Path readings, Path png) throws IOException {
        List<String[]> rows = rows(metrics);
        List<Point> decoder = smooth(points(rows, 3));
        List<Point> reader = smooth(points(rows, 4));
        List<Point> errors = points(rows(readings), 1);
        LearningCurve curve = new LearningCurve(decoder.get(decoder.size() - 1).step());
        curve.axes();
        curve.line(decoder, new Color(0x1f77b4), "decoder cross-entropy a character", 0);
        curve.line(reader, new Color(0xaaaaaa), "encoder reader CTC loss a character", 1);
        curve.line(errors, new Color(0xd62728), "CER on held-out lines, fonts never trained on", 2);
        curve.pen.dispose();
        ImageIO.write(curve.image, "png", png.toFile());
    }

    private static List<String[]> rows(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .skip(1)
                .filter(line -> !line.isBlank())
                .map(line -> line.split("\t", -1))
                .toList();
    }

    private static List<Point> points(List<String[]> rows, int column) {
        return rows.stream()
                .map(row -> new Point(Double.parseDouble(row[0]), Double.parseDouble(row[column])))
                .toList();
    }

    private static List<Point> smooth(List<Point> points) {
        List<Point> smooth = new ArrayList<>();
        double sum = 0;
        double weight = 0;
        for (Point point : points) {
            sum = sum * SMOOTHING + point.value();
            weight = weight * SMOOTHING + 1;
            smooth.add(new Point(point.step(), sum / weight));
        }
        return smooth;
    }

    private void axes() {
        pen.setStroke(new BasicStroke(1));
        for (double mark : new double[] {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10}) {
            pen.setColor(new Color(0xe4e4e4));
            pen.drawLine(LEFT, (int) y(mark), WIDTH - RIGHT, (int) y(mark));
            pen.setColor(Color.DARK_GRAY);
            pen.drawString(String.format(Locale.ROOT, "%5s", mark), 16, (int) y(mark) + 5);
        }
        for (int i = 0; i <= 5; i++) {
            double step = lastStep * i / 5;
            pen.drawString(String.format(Locale.ROOT, "%.0f", step), (int) x(step) - 14, HEIGHT - BOTTOM + 22);
        }
        pen.drawString("steps", WIDTH / 2, HEIGHT - 14);
    }

    private void line(List<Point> points, Color color, String label, int row) {
        pen.setColor(color);
        pen.setStroke(new BasicStroke(2f));
        Path2D path = new Path2D.Double();
        for (Point point : points) {
            if (path.getCurrentPoint() == null) {
                path.moveTo(x(point.step()), y(point.value()));
            } else {
                path.lineTo(x(point.step()), y(point.value()));
            }
        }
        pen.draw(path);
        pen.drawString(label, WIDTH - RIGHT - 360, TOP + 18 * row);
    }

    private double x(double step) {
        return LEFT + (WIDTH - LEFT - RIGHT) * step / lastStep;
    }

    private double y(double value) {
        double clipped = Math.max(LEAST, Math.min(GREATEST, value));
        double share = Math.log(clipped / LEAST) / Math.log(GREATEST / LEAST);
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
    }
}
