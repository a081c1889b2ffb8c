package dev.scriptorium.trainer.draw;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.SplittableRandom;

/** Paper nobody wrote on: its grain, stains, folds and holes, the scanner's edges; and ruled paper. */
final class EmptyPaper {
    /** Pixels of a small form. */
    private static final double FORM = 700;

    private EmptyPaper() {}

    /** A new sheet, perhaps clean, perhaps not. */
    static Plane sheet(SplittableRandom random, int width, int height) {
        double paper = random.nextInt(3) == 0 ? random.nextDouble(150, 235) : random.nextDouble(225, 258);
        Plane plane = new Plane(width, height, paper);
        if (random.nextInt(3) > 0) {
            double cell = Math.max(width, height) * random.nextDouble(0.05, 0.8);
            plane.add(SmoothNoise.field(random, width, height, cell, random.nextInt(1, 5)), -random.nextDouble(2, 40));
        }
        if (random.nextInt(3) == 0) {
            stains(random, plane);
        }
        if (random.nextInt(4) == 0) {
            folds(random, plane, paper);
        }
        return plane;
    }

    private static void stains(SplittableRandom random, Plane plane) {
        for (int n = random.nextInt(1, 5); n > 0; n--) {
            // Never so small that it could pass for a letter.
            double size = Math.max(160, Math.max(plane.width, plane.height) * random.nextDouble(0.1, 0.5));
            double x = random.nextDouble(-0.5 * size, plane.width);
            double y = random.nextDouble(-0.5 * size, plane.height);
            double flat = random.nextDouble(0.5, 1.2);
            boolean ring = random.nextBoolean();
            float rim = (float) (size * random.nextDouble(0.01, 0.05));
            plane.paint(random.nextDouble(90, 200), random.nextDouble(0.05, 0.4), graphics -> {
                Ellipse2D stain = new Ellipse2D.Double(x, y, size, size * flat);
                if (ring) {
                    graphics.setStroke(new BasicStroke(rim));
                    graphics.draw(stain);
                } else {
                    graphics.fill(stain);
                }
            });
        }
        plane.blur(2);
    }

    private static void folds(SplittableRandom random, Plane plane, double paper) {
        for (int n = random.nextInt(1, 4); n > 0; n--) {
            boolean level = random.nextBoolean();
            double from = random.nextDouble();
            double to = from + random.nextDouble(-0.05, 0.05);
            double w = plane.width;
            double h = plane.height;
            Line2D fold = level
                    ? new Line2D.Double(-9, from * h, w + 9, to * h)
                    : new Line2D.Double(from * w, -9, to * w, h + 9);
            float wide = (float) random.nextDouble(1, 5);
            plane.paint(paper - random.nextDouble(15, 90), random.nextDouble(0.3, 1), graphics -> {
                graphics.setStroke(new BasicStroke(wide));
                graphics.draw(fold);
            });
        }
        plane.blur(1);
    }

    /** The dark of the scanner around the paper, on some sides. */
    static void edges(SplittableRandom random, Plane plane) {
        double dark = random.nextDouble(0, 90);
        double most = Math.min(60, 0.25 * plane.height);
        double turn = random.nextDouble(-0.01, 0.01);
        plane.paint(dark, 1, graphics -> {
            graphics.rotate(turn, plane.width / 2.0, plane.height / 2.0);
            for (int side = 0; side < 4; side++) {
                double deep = random.nextBoolean() ? 0 : random.nextDouble(0, most);
                double x = side == 1 ? plane.width - deep : -99;
                double y = side == 3 ? plane.height - deep : -99;
                boolean upright = side < 2;
                graphics.fill(new Rectangle2D.Double(
                        x, y, upright ? deep + 99 : plane.width + 198, upright ? plane.height + 198 : deep + 99));
            }
        });
    }

    /** The holes a binder wants, dark where the lid shows through. */
    static void holes(SplittableRandom random, Plane plane) {
        int count = random.nextBoolean() ? 2 : random.nextInt(3, 5);
        double size = plane.height * random.nextDouble(0.012, 0.028);
        double x = random.nextDouble(0.02, 0.07) * plane.width;
        plane.paint(random.nextDouble(0, 140), random.nextDouble(0.5, 1), graphics -> {
            for (int i = 0; i < count; i++) {
                graphics.fill(new Ellipse2D.Double(x, plane.height * (i + 0.5) / count, size, size));
            }
        });
    }

    /** Dust on the glass: single points of a few pixels, too few to look like anything. */
    static void dust(SplittableRandom random, Plane plane, double density) {
        int count = (int) (density * plane.level.length);
        for (int i = 0; i < count; i++) {
            int side = random.nextInt(8) == 0 ? random.nextInt(2, 4) : 1;
            int left = random.nextInt(plane.width);
            int top = random.nextInt(plane.height);
            float value = (float) random.nextDouble(0, 120);
            for (int y = top; y < Math.min(plane.height, top + side); y++) {
                for (int x = left; x < Math.min(plane.width, left + side); x++) {
                    plane.level[y * plane.width + x] = value;
                }
            }
        }
    }

    /** Lines to write on, from edge to edge; squares if they run down, too. */
    static void ruling(SplittableRandom random, Plane plane, boolean squared) {
        double spacing = random.nextDouble(18, 95);
        float thick = (float) random.nextDouble(1, 3.5);
        double ink = random.nextDouble(0, 200);
        double turn = random.nextInt(3) == 0 ? random.nextDouble(-0.03, 0.03) : 0;
        double first = random.nextDouble(spacing);
        boolean margin = random.nextInt(3) == 0;
        plane.paint(ink, random.nextDouble(0.5, 1), graphics -> {
            graphics.rotate(turn, plane.width / 2.0, plane.height / 2.0);
            graphics.setStroke(new BasicStroke(thick));
            double far = plane.width + plane.height;
            for (double y = first - spacing * Math.ceil(far / spacing); y < far; y += spacing) {
                graphics.draw(new Line2D.Double(-far, y, 2 * far, y));
                if (squared) {
                    graphics.draw(new Line2D.Double(y, -far, y, 2 * far));
                }
            }
            if (margin) {
                double x = 0.12 * plane.width;
                graphics.draw(new Line2D.Double(x, -far, x, 2 * far));
            }
        });
    }

    /** A form nobody filled in: a few rules and empty frames. */
    static void frames(SplittableRandom random, Plane plane) {
        float thick = (float) random.nextDouble(1, 6);
        double turn = random.nextInt(3) == 0 ? random.nextDouble(-0.02, 0.02) : 0;
        plane.paint(random.nextDouble(0, 120), 1, graphics -> {
            graphics.rotate(turn, plane.width / 2.0, plane.height / 2.0);
            graphics.setStroke(new BasicStroke(thick));
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                frame(random, plane, graphics);
            }
        });
    }

    /** Somewhere on a page, of which a small plane is a part cut out. */
    private static void frame(SplittableRandom random, Plane plane, Graphics2D graphics) {
        double across = Math.max(FORM, plane.width);
        double down = Math.max(FORM, plane.height);
        double x = random.nextDouble(-0.05, 0.3) * across - 0.3 * (across - plane.width);
        double y = random.nextDouble(-0.05, 0.9) * down - 0.4 * (down - plane.height);
        double w = random.nextDouble(0.5, 1.1) * across;
        double h = random.nextDouble(0.1, 0.6) * down;
        int cells = random.nextInt(1, 6);
        if (random.nextBoolean()) {
            graphics.draw(new Line2D.Double(x, y, x + w, y));
            return;
        }
        graphics.draw(new Rectangle2D.Double(x, y, w, h));
        for (int i = 1; i < cells; i++) {
            graphics.draw(new Line2D.Double(x + w * i / cells, y, x + w * i / cells, y + h));
            graphics.draw(new Line2D.Double(x, y + h * i / cells, x + w, y + h * i / cells));
        }
    }
}
