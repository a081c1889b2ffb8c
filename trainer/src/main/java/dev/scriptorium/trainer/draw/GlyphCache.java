package dev.scriptorium.trainer.draw;

import dev.scriptorium.trainer.draw.FontCatalog.Face;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.font.GlyphVector;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Glyphs as gray masks. Java2D draws each once; lines are then put together from the masks without
 * it, which is fast, the same on every thread, and free of its locks. Safe for many threads.
 */
final class GlyphCache {
    /** Sizes of the em in pixels that glyphs are kept in; each is about 0.79 of the next. */
    private static final int[] EM_SIZES = {24, 30, 38, 48, 60};

    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

    /** One glyph's mask and where it lies. */
    static final class Glyph {
        /** Coverage, row-major, 0 none, 255 full. */
        final byte[] ink;
        /** From the pen to the mask's first column. */
        final int left;
        /** From the baseline to the mask's first row, negative above it. */
        final int top;

        final int width;
        final int height;
        /** How far the pen moves, in pixels. */
        final float advance;

        Glyph(byte[] ink, int left, int top, int width, int height, float advance) {
            this.ink = ink;
            this.left = left;
            this.top = top;
            this.width = width;
            this.height = height;
            this.advance = advance;
        }
    }

    private record Key(Face face, int em, char character) {}

    private final ConcurrentMap<Key, Glyph> glyphs = new ConcurrentHashMap<>();

    /** The kept size to draw an em of this many pixels from. */
    static int bucket(double em) {
        for (int size : EM_SIZES) {
            if (size >= em * 0.85) {
                return size;
            }
        }
        return EM_SIZES[EM_SIZES.length - 1];
    }

    /** The next smaller kept size: the size of small capitals. */
    static int smaller(int bucket) {
        int smaller = EM_SIZES[0];
        for (int size : EM_SIZES) {
            if (size < bucket) {
                smaller = size;
            }
        }
        return smaller;
    }

    Glyph glyph(Face face, int em, char character) {
        Key key = new Key(face, em, character);
        Glyph known = glyphs.get(key);
        return known != null ? known : glyphs.computeIfAbsent(key, GlyphCache::draw);
    }

    private static Glyph draw(Key key) {
        Font font = key.face().font().deriveFont((float) key.em());
        GlyphVector vector = font.createGlyphVector(CONTEXT, new char[] {key.character()});
        float advance = (float) vector.getGlyphPosition(1).getX();
        Shape outline = vector.getOutline();
        Rectangle2D bounds = outline.getBounds2D();
        if (bounds.isEmpty()) {
            return new Glyph(new byte[0], 0, 0, 0, 0, advance);
        }
        int left = (int) Math.floor(bounds.getMinX());
        int top = (int) Math.floor(bounds.getMinY());
        int width = (int) Math.ceil(bounds.getMaxX()) - left;
        int height = (int) Math.ceil(bounds.getMaxY()) - top;
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setColor(Color.WHITE);
        graphics.translate(-left, -top);
        graphics.fill(outline);
        graphics.dispose();
        byte[] ink = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        return new Glyph(ink, left, top, width, height, advance);
    }
}
