package dev.scriptorium.model.image;

import boofcv.abst.distort.FDistort;
import boofcv.struct.image.GrayU8;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a page into its lines of text, in reading order: local threshold, connected components, skew
 * from the letters' feet, letters chained to lines, columns parted at gutters. Light text on dark,
 * skew up to 7 degrees, pages on
 * their side or head, rules, dark scanner edges and dust are borne; a picture that holds a single
 * line is that line. Stateless, safe for many threads.
 */
public final class LineFinder {
    /** Below this many letter heights a picture holds one line. */
    private static final double ONE_LINE = 3.4;

    /** Nobody writes two lines into fewer pixels of height, nor a page into fewer of width. */
    private static final int LEAST_PAGE_HEIGHT = 100;

    private static final int LEAST_PAGE_WIDTH = 160;
    /** In a picture smaller than this, ink that forms no letters is a word in joined writing. */
    private static final int LEAST_PAGE_PIXELS = 250_000;

    private static final double LEVEL = Math.toRadians(0.15);
    private static final int PAPER = 255;

    /**
     * What was found on a page.
     *
     * @param lines in reading order; empty for a blank page
     * @param skewDegrees how far the page was turned, positive if lines fall to the right
     * @param inverted whether it was light on dark
     * @param quarterTurns how often the page had to be turned clockwise by 90 degrees to stand upright,
     *     0 to 3; the lines' boxes are those of the page as it was given
     * @param letters how many pieces of ink look like letters, on lines or beside them
     * @param ink whether any piece of ink is as high as the lowest letter that can be read
     */
    public record Lines(
            List<FoundLine> lines, double skewDegrees, boolean inverted, int quarterTurns, int letters, boolean ink) {
        public Lines {
            lines = List.copyOf(lines);
        }

        private static Lines none(InkMap ink, int letters) {
            return new Lines(List.of(), 0, ink.inverted(), 0, letters, ink.legible());
        }
    }

    /** The lines of a page. */
    public Lines find(GrayImage page) {
        return find(page, true, true);
    }

    private static Lines find(GrayImage page, boolean maybeSideways, boolean maybeUpsideDown) {
        InkMap ink = InkMap.of(page);
        double letterHeight = LineGrouper.letterHeight(ink.blobs(), ink.width(), ink.height());
        if (letterHeight == 0) {
            return Lines.none(ink, 0);
        }
        if (page.height() < LEAST_PAGE_HEIGHT
                || page.width() < LEAST_PAGE_WIDTH
                || ink.height() < ONE_LINE * letterHeight) {
            return whole(page, ink);
        }
        if (letterHeight < BlankGate.LEGIBLE) {
            return Lines.none(ink, 0);
        }
        LineGrouper asScanned = new LineGrouper(ink.blobs(), letterHeight);
        if (maybeSideways && Uprightness.isSideways(asScanned.letters())) {
            return turnedBack(find(turned(page), false, maybeUpsideDown), page);
        }
        Skew skew = Skew.of(asScanned.letters(), letterHeight, ink.width(), ink.height());
        List<Blob> level = ink.blobs().stream().map(skew::level).toList();
        LineGrouper grouper = new LineGrouper(level, letterHeight);
        List<Blob> lines = BlankGate.text(grouper.letters(), grouper.group());
        if (lines.isEmpty()) {
            boolean word = (long) page.width() * page.height() < LEAST_PAGE_PIXELS;
            return word ? whole(page, ink) : Lines.none(ink, grouper.letters().size());
        }
        if (maybeUpsideDown && Uprightness.isUpsideDown(grouper.letters(), lines)) {
            GrayImage once = turned(page);
            return turnedBack(turnedBack(find(turned(once), false, false), once), page);
        }
        List<FoundLine> found = new ArrayList<>(lines.size());
        for (Blob line : ReadingOrder.of(lines)) {
            found.add(cut(page, ink, skew, line));
        }
        return new Lines(
                found,
                Math.toDegrees(skew.radians()),
                ink.inverted(),
                0,
                grouper.letters().size(),
                true);
    }

    /** The page turned clockwise by 90 degrees. */
    private static GrayImage turned(GrayImage page) {
        int width = page.height();
        int height = page.width();
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixels[y * width + x] = page.pixels()[(width - 1 - x) * height + y];
            }
        }
        return new GrayImage(pixels, width, height);
    }

    /** What was found on the page turned clockwise, with boxes on the page before that. */
    private static Lines turnedBack(Lines found, GrayImage page) {
        List<FoundLine> lines = found.lines().stream()
                .map(line -> new FoundLine(
                        line.y0(), page.height() - line.x1(), line.y1(), page.height() - line.x0(), line.pixels()))
                .toList();
        return new Lines(
                lines,
                found.skewDegrees(),
                found.inverted(),
                (found.quarterTurns() + 1) % 4,
                found.letters(),
                found.ink());
    }

    private static Lines whole(GrayImage page, InkMap ink) {
        GrayImage upright = ink.inverted() ? inverted(page) : page;
        FoundLine line = new FoundLine(0, 0, page.width(), page.height(), upright);
        return new Lines(List.of(line), 0, ink.inverted(), 0, ink.blobs().size(), true);
    }

    private static FoundLine cut(GrayImage page, InkMap ink, Skew skew, Blob line) {
        double scale = ink.reduction();
        double margin = Math.max(3 / scale, 0.12 * line.height());
        Blob box =
                new Blob(line.x0() - margin, line.y0() - margin, line.x1() + margin, line.y1() + margin, line.area());
        double[] xs = {
            skew.pageX(box.x0(), box.y0()),
            skew.pageX(box.x1(), box.y0()),
            skew.pageX(box.x0(), box.y1()),
            skew.pageX(box.x1(), box.y1())
        };
        double[] ys = {
            skew.pageY(box.x0(), box.y0()),
            skew.pageY(box.x1(), box.y0()),
            skew.pageY(box.x0(), box.y1()),
            skew.pageY(box.x1(), box.y1())
        };
        int x0 = clamp(Math.min(Math.min(xs[0], xs[1]), Math.min(xs[2], xs[3])) * scale, page.width() - 1);
        int y0 = clamp(Math.min(Math.min(ys[0], ys[1]), Math.min(ys[2], ys[3])) * scale, page.height() - 1);
        int x1 =
                Math.max(x0 + 1, clamp(Math.max(Math.max(xs[0], xs[1]), Math.max(xs[2], xs[3])) * scale, page.width()));
        int y1 = Math.max(
                y0 + 1, clamp(Math.max(Math.max(ys[0], ys[1]), Math.max(ys[2], ys[3])) * scale, page.height()));
        GrayImage pixels =
                Math.abs(skew.radians()) < LEVEL ? straight(page, x0, y0, x1, y1) : level(page, skew, box, scale);
        return new FoundLine(x0, y0, x1, y1, ink.inverted() ? inverted(pixels) : pixels);
    }

    private static int clamp(double value, int most) {
        return (int) Math.max(0, Math.min(most, Math.round(value)));
    }

    private static GrayImage straight(GrayImage page, int x0, int y0, int x1, int y1) {
        int width = x1 - x0;
        byte[] pixels = new byte[width * (y1 - y0)];
        for (int y = y0; y < y1; y++) {
            System.arraycopy(page.pixels(), y * page.width() + x0, pixels, (y - y0) * width, width);
        }
        return new GrayImage(pixels, width, y1 - y0);
    }

    /** Cuts along the skew, bilinear; what lies off the page is paper. */
    private static GrayImage level(GrayImage page, Skew skew, Blob box, double scale) {
        int width = Math.max(1, (int) Math.round(box.width() * scale));
        int height = Math.max(1, (int) Math.round(box.height() * scale));
        double cos = Math.cos(skew.radians());
        double sin = Math.sin(skew.radians());
        double left = skew.pageX(box.x0(), box.y0()) * scale;
        double top = skew.pageY(box.x0(), box.y0()) * scale;
        GrayU8 source = new GrayU8();
        source.data = page.pixels();
        source.width = page.width();
        source.height = page.height();
        source.stride = page.width();
        GrayU8 target = new GrayU8(width, height);
        // From page to line: turn back about the line's top left corner.
        new FDistort(source, target)
                .affine(cos, sin, -sin, cos, -(cos * left + sin * top), sin * left - cos * top)
                .border(PAPER)
                .apply();
        return new GrayImage(target.data, width, height);
    }

    private static GrayImage inverted(GrayImage image) {
        byte[] pixels = image.pixels().clone();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) ~pixels[i];
        }
        return new GrayImage(pixels, image.width(), image.height());
    }
}
