package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Draws what a reader must find nothing on: blank paper, the print of the other side shining through,
 * photographs and their rasters, noise, ruled paper, empty forms. As whole pages, and in the size of
 * lines, as a line finder that errs would cut them out. The same seed gives the same pixels.
 *
 * <p>Safe for many threads; about 1 ms a line and 0.3 s a page on one core.
 */
public final class NoTextDrawer {
    /** What is on a picture instead of text. */
    public enum Kind {
        /** Blank paper with grain, stains, folds, dust, holes and the scanner's edges. */
        PAPER,
        /** Blank paper through which the mirrored print of the other side is seen. */
        SHOW_THROUGH,
        /** A photograph, perhaps in a raster, perhaps in black and white alone. */
        PHOTOGRAPH,
        /** Nothing but noise. */
        NOISE,
        /** Paper to write on, ruled or squared. */
        RULED,
        /** Single rules and empty frames. */
        FRAMES
    }

    /**
     * A picture without text.
     *
     * @param pixels gray, or black and white
     * @param kind what it shows
     */
    public record Drawn(GrayImage pixels, Kind kind) {
        public Drawn {
            Objects.requireNonNull(pixels, "pixels");
            Objects.requireNonNull(kind, "kind");
        }
    }

    private static final int MOST_CHARS = 60;

    private final LineDrawer lines;
    private final boolean heldOut;

    /**
     * @param lines draws the print on the other side
     * @param heldOut whether in families kept from training
     */
    public NoTextDrawer(LineDrawer lines, boolean heldOut) {
        this.lines = Objects.requireNonNull(lines, "lines");
        this.heldOut = heldOut;
    }

    /** A picture in the size of a line, of any kind. */
    public GrayImage line(SplittableRandom random) {
        return drawLine(random).pixels();
    }

    /** A picture in the size of a line, and what it shows. */
    public Drawn drawLine(SplittableRandom random) {
        int height = random.nextInt(18, 76);
        int width = (int) (height * Math.exp(random.nextDouble(0, Math.log(26))));
        return draw(random, width, height);
    }

    /** A picture in the size of a page scanned at 75 to 200 dpi, and what it shows. */
    public Drawn drawPage(SplittableRandom random) {
        int width = random.nextInt(600, 1500);
        return draw(random, width, (int) (width * random.nextDouble(0.75, 1.5)));
    }

    private Drawn draw(SplittableRandom random, int width, int height) {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        Plane plane = EmptyPaper.sheet(random, width, height);
        switch (kind) {
            case PAPER -> paper(random, plane);
            case SHOW_THROUGH -> showThrough(random, plane);
            case PHOTOGRAPH -> plane = photograph(random, plane);
            case NOISE -> noise(random, plane);
            case RULED -> EmptyPaper.ruling(random, plane, random.nextInt(3) == 0);
            case FRAMES -> EmptyPaper.frames(random, plane);
        }
        scan(random, plane, kind);
        return new Drawn(plane.toImage(), kind);
    }

    private static void paper(SplittableRandom random, Plane plane) {
        boolean page = plane.height > 200;
        if (page && random.nextInt(4) == 0) {
            EmptyPaper.holes(random, plane);
        }
        if (random.nextInt(3) == 0) {
            EmptyPaper.edges(random, plane);
        }
        if (random.nextInt(2) == 0) {
            EmptyPaper.dust(random, plane, random.nextDouble(0, 0.001));
        }
    }

    /** Light goes through paper dimly and spreads in it. */
    private void showThrough(SplittableRandom random, Plane plane) {
        Plane other = new Plane(plane.width, plane.height, 0);
        boolean page = plane.height > 200;
        int margin = page ? plane.width / 12 : 0;
        int pitch = random.nextInt(34, 80);
        double tall = page ? pitch * random.nextDouble(0.5, 0.85) : plane.height;
        int first = page ? margin : random.nextInt(-plane.height / 3, plane.height / 3 + 1);
        for (int y = first; y + (page ? tall : 0) < plane.height; y += page ? pitch : plane.height) {
            int x = margin;
            while (x < plane.width - margin) {
                x += mirrored(random, other, x, y, tall);
            }
        }
        other.blur(random.nextInt(1, 7));
        // Line-sized cuts that are darker cannot be told from faint print; the line finder does not cut them out.
        double contrast = random.nextDouble(6, page ? 48 : 24);
        plane.add(other.level, -contrast);
    }

    /** Puts a mirrored line on the other side, 1 where it is inked; returns its width. */
    private int mirrored(SplittableRandom random, Plane other, int left, int top, double tall) {
        GrayImage line = lines.draw(random, 4, MOST_CHARS, heldOut).pixels();
        int[] tones = new int[256];
        for (byte pixel : line.pixels()) {
            tones[pixel & 255]++;
        }
        int paper = quantile(tones, 0.5, line.pixels().length);
        boolean lightOnDark = paper < 128;
        int ink = quantile(tones, lightOnDark ? 0.98 : 0.02, line.pixels().length);
        float contrast = ink == paper ? 1 : ink - paper;
        double scale = line.height() / tall;
        int width = (int) (line.width() / scale);
        for (int y = Math.max(0, -top); y < Math.min(tall, other.height - top); y++) {
            for (int x = 0; x < Math.min(width, other.width - left); x++) {
                int fromX = Math.min(line.width() - 1, (int) ((width - 1 - x) * scale));
                int fromY = Math.min(line.height() - 1, (int) (y * scale));
                float share = (line.at(fromX, fromY) - paper) / contrast;
                other.level[(top + y) * other.width + left + x] = Math.max(0, Math.min(1, share));
            }
        }
        return Math.max(8, width);
    }

    private static int quantile(int[] tones, double share, int count) {
        int seen = 0;
        for (int tone = 0; tone < tones.length; tone++) {
            seen += tones[tone];
            if (seen >= share * count) {
                return tone;
            }
        }
        return tones.length - 1;
    }

    /** All over the picture, or with paper around it. */
    private static Plane photograph(SplittableRandom random, Plane plane) {
        boolean page = plane.height > 200;
        boolean bleeds = !page || random.nextInt(3) == 0;
        int width = bleeds ? plane.width : (int) (plane.width * random.nextDouble(0.3, 0.9));
        int height = bleeds ? plane.height : (int) (plane.height * random.nextDouble(0.2, 0.8));
        Plane photograph = new Plane(width, height, 128);
        Photograph.expose(random, photograph);
        switch (random.nextInt(6)) {
            case 0, 1 -> Photograph.halftone(random, photograph);
            case 2 -> Photograph.dither(photograph);
            case 3 -> photograph.binarize(photograph.mean() + random.nextDouble(-40, 40));
            default -> photograph.grain(random, random.nextDouble(0, 14));
        }
        if (bleeds) {
            return photograph;
        }
        int left = random.nextInt(plane.width - width);
        int top = random.nextInt(plane.height - height);
        for (int y = 0; y < height; y++) {
            System.arraycopy(photograph.level, y * width, plane.level, (top + y) * plane.width + left, width);
        }
        return plane;
    }

    private static void noise(SplittableRandom random, Plane plane) {
        switch (random.nextInt(3)) {
            case 0 -> plane.grain(random, random.nextDouble(8, 90));
            case 1 -> EmptyPaper.dust(random, plane, Math.exp(random.nextDouble(Math.log(0.002), Math.log(0.5))));
            default -> {
                Arrays.fill(plane.level, (float) random.nextDouble(60, 200));
                double cell = random.nextDouble(2, 30);
                plane.add(SmoothNoise.field(random, plane.width, plane.height, cell, 4), random.nextDouble(-200, 200));
                plane.grain(random, random.nextDouble(0, 60));
            }
        }
        if (random.nextInt(3) == 0) {
            plane.blur(1);
        }
    }

    /** What the scanner adds: grain, JPEG, or black and white alone, in which faint things vanish. */
    private static void scan(SplittableRandom random, Plane plane, Kind kind) {
        boolean drawn = kind == Kind.RULED || kind == Kind.FRAMES || kind == Kind.PAPER;
        if (drawn) {
            plane.blur(random.nextInt(3));
        }
        plane.grain(random, random.nextInt(2) == 0 ? random.nextDouble(0, 3) : random.nextDouble(0, 9));
        if (random.nextInt(25) == 0) {
            plane.invert();
        }
        if (kind != Kind.SHOW_THROUGH && random.nextInt(3) == 0) {
            plane.binarize(random.nextDouble(90, 150));
        }
    }
}
