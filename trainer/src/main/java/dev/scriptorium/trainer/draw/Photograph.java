package dev.scriptorium.trainer.draw;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.CubicCurve2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.SplittableRandom;

/** Photographs without text: skies, stone, leaves, things with edges; and the rasters they are printed in. */
final class Photograph {
    private Photograph() {}

    /** Fills the whole plane. */
    static void expose(SplittableRandom random, Plane plane) {
        double scale = Math.min(plane.width, plane.height);
        plane.add(SmoothNoise.field(random, plane.width, plane.height, scale, 1), random.nextDouble(-190, 190));
        for (int n = random.nextInt(2, 14); n > 0; n--) {
            thing(random, plane, scale * random.nextDouble(0.08, 0.7));
        }
        double cell = scale * random.nextDouble(0.03, 0.5);
        plane.add(
                SmoothNoise.field(random, plane.width, plane.height, cell, random.nextInt(2, 7)),
                random.nextDouble(20, 240));
        stretch(plane, random.nextDouble(-20, 70), random.nextDouble(150, 275));
        plane.blur(random.nextInt(4));
    }

    private static void thing(SplittableRandom random, Plane plane, double size) {
        double x = random.nextDouble(-0.1, 1) * plane.width;
        double y = random.nextDouble(-0.1, 1) * plane.height;
        Shape shape =
                switch (random.nextInt(4)) {
                    case 0 -> new Ellipse2D.Double(x, y, size, size * random.nextDouble(0.3, 1.6));
                    case 1 -> new Rectangle2D.Double(x, y, size, size * random.nextDouble(0.2, 3));
                    case 2 -> polygon(random, x, y, size);
                    default -> branch(random, x, y, size);
                };
        double paint = random.nextDouble(-60, 290);
        double opacity = random.nextDouble(0.3, 1);
        double turn = random.nextDouble(-0.6, 0.6);
        plane.paint(paint, opacity, graphics -> {
            graphics.rotate(turn, x, y);
            graphics.fill(shape);
        });
    }

    private static Shape polygon(SplittableRandom random, double x, double y, double size) {
        Path2D path = new Path2D.Double();
        path.moveTo(x, y);
        for (int corner = random.nextInt(2, 7); corner > 0; corner--) {
            path.lineTo(x + random.nextDouble(-1, 1) * size, y + random.nextDouble(-1, 1) * size);
        }
        path.closePath();
        return path;
    }

    private static Shape branch(SplittableRandom random, double x, double y, double size) {
        CubicCurve2D curve = new CubicCurve2D.Double(
                x,
                y,
                x + random.nextDouble(-1, 1) * size,
                y + size * random.nextDouble(),
                x + random.nextDouble(-1, 1) * size,
                y + size * random.nextDouble(1, 2),
                x + random.nextDouble(-2, 2) * size,
                y + 2 * size);
        return new BasicStroke((float) (size * random.nextDouble(0.02, 0.2))).createStrokedShape(curve);
    }

    /** So that the tones reach from one level to the other. */
    private static void stretch(Plane plane, double darkest, double lightest) {
        float least = Float.MAX_VALUE;
        float most = -Float.MAX_VALUE;
        for (float value : plane.level) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        double gain = (lightest - darkest) / Math.max(1, most - least);
        for (int i = 0; i < plane.level.length; i++) {
            plane.level[i] = (float) Math.max(0, Math.min(255, darkest + (plane.level[i] - least) * gain));
        }
    }

    /** The printer's raster: dots on a turned grid, larger where it is darker. */
    static void halftone(SplittableRandom random, Plane plane) {
        double period = random.nextDouble(2.6, 11);
        double angle = random.nextInt(3) == 0 ? 0 : random.nextDouble(0.2, 1.4);
        double across = 2 * Math.PI / period * Math.cos(angle);
        double down = 2 * Math.PI / period * Math.sin(angle);
        float[] along = new float[plane.width];
        float[] aside = new float[plane.width];
        for (int y = 0; y < plane.height; y++) {
            for (int x = 0; x < plane.width; x++) {
                along[x] = (float) Math.cos(across * x + down * y);
                aside[x] = (float) Math.cos(across * y - down * x);
            }
            for (int x = 0; x < plane.width; x++) {
                int at = y * plane.width + x;
                plane.level[at] = plane.level[at] > 127 + 62 * (along[x] + aside[x]) ? 255 : 0;
            }
        }
        plane.blur(random.nextInt(3));
    }

    /** Black and white points spread so that their mean is right: Floyd and Steinberg 1976. */
    static void dither(Plane plane) {
        float[] level = plane.level;
        for (int y = 0; y < plane.height; y++) {
            for (int x = 0; x < plane.width; x++) {
                int at = y * plane.width + x;
                float value = level[at] < 128 ? 0 : 255;
                float error = (level[at] - value) / 16;
                level[at] = value;
                boolean last = x + 1 == plane.width;
                if (!last) {
                    level[at + 1] += 7 * error;
                }
                if (y + 1 < plane.height) {
                    level[at + plane.width] += 5 * error;
                    level[at + plane.width - 1] += x > 0 ? 3 * error : 0;
                    if (!last) {
                        level[at + plane.width + 1] += error;
                    }
                }
            }
        }
    }
}
