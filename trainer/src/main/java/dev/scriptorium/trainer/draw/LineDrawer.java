package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.trainer.draw.FontCatalog.Face;
import dev.scriptorium.trainer.draw.TextLine.Kind;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Draws lines as scanners deliver them: book lines binarized at about 300 dpi, receipts in gray, with
 * the slant, wear, noise and margins these have. The same seed, limits and fonts give the same
 * pixels. Immutable but for its glyph cache, safe for many threads; about 0.5 ms a line on one core.
 */
public final class LineDrawer {
    private final FontCatalog fonts;
    private final TextSource texts;
    private final Typesetter typesetter;

    public LineDrawer(FontCatalog fonts, TextSource texts) {
        this.fonts = Objects.requireNonNull(fonts, "fonts");
        this.texts = Objects.requireNonNull(texts, "texts");
        typesetter = new Typesetter(fonts, new GlyphCache());
    }

    /** With the system's fonts and the bundled texts. */
    public static LineDrawer standard() {
        return new LineDrawer(FontCatalog.system(), new TextSource());
    }

    /** {@link #draw(SplittableRandom, int, int, boolean)} from a seed of its own. */
    public DrawnLine draw(long seed, int minChars, int maxChars, boolean heldOut) {
        return draw(new SplittableRandom(seed), minChars, maxChars, heldOut);
    }

    /**
     * Draws one line.
     *
     * @param random decides everything
     * @param minChars at least this many characters, 1 or more
     * @param maxChars at most this many, spaces counted
     * @param heldOut whether to use the families and texts kept from training, and only those
     */
    public DrawnLine draw(SplittableRandom random, int minChars, int maxChars, boolean heldOut) {
        return draw(random, minChars, maxChars, heldOut, Subject.MIXED);
    }

    /** {@link #draw(SplittableRandom, int, int, boolean)} about one subject. */
    public DrawnLine draw(SplittableRandom random, int minChars, int maxChars, boolean heldOut, Subject subject) {
        while (true) {
            TextLine sensible = texts.next(random, minChars, maxChars, subject, heldOut);
            TextLine line = heldOut ? sensible : Misprint.maybe(random, sensible);
            Face face = fonts.choose(random, line, heldOut);
            double em = em(random, line.kind());
            int bucket = GlyphCache.bucket(em);
            Ink ink = typesetter.set(random, line, face, bucket);
            if (!ink.isEmpty()) {
                return new DrawnLine(scan(random, ink, line.kind(), em, em / bucket), line.text(), face.name());
            }
        }
    }

    /** Receipts are often scanned with few dots: capitals of 11 to 20 pixels. */
    private static double em(SplittableRandom random, Kind kind) {
        if (kind == Kind.FIGURES && random.nextInt(5) < 2) {
            return random.nextDouble(16, 28);
        }
        return random.nextInt(3) == 0 ? random.nextDouble(18, 56) : random.nextDouble(28, 48);
    }

    private static GrayImage scan(SplittableRandom random, Ink ink, Kind kind, double em, double scale) {
        boolean receipt = kind == Kind.FIGURES;
        double stretch = receipt ? random.nextDouble(0.72, 1.45) : random.nextDouble(0.86, 1.16);
        double rotation = random.nextInt(3) == 0 ? random.nextDouble(-0.016, 0.016) : random.nextDouble(-0.004, 0.004);
        double shear = random.nextInt(4) == 0 ? random.nextDouble(-0.16, 0.22) : random.nextDouble(-0.03, 0.03);
        Warp warp = new Warp(
                scale * stretch,
                scale,
                shear,
                rotation,
                random.nextInt(4) == 0 ? em * random.nextDouble(0, 0.05) : 0,
                random.nextDouble(2 * Math.PI));
        Scan scan = warp.cut(
                ink,
                margin(random, em, 0.3),
                margin(random, em, 0.3),
                margin(random, em, 0.6),
                margin(random, em, 0.6));
        return scan.finish(random, em, receipt);
    }

    private static int margin(SplittableRandom random, double em, double most) {
        double part = random.nextInt(3) == 0 ? random.nextDouble(0.02, most) : random.nextDouble(0.07, 0.2);
        return Math.max(1, (int) Math.round(em * part));
    }
}
