package dev.scriptorium.trainer.draw;

import dev.scriptorium.trainer.draw.GlyphCache.Glyph;

/**
 * A sheet of ink while a line is put together: coverage a pixel, 0 none to 255 full, and the box of
 * what was put on it as text.
 */
final class Ink {
    final byte[] coverage;
    final int width;
    final int height;
    int x0 = Integer.MAX_VALUE;
    int y0 = Integer.MAX_VALUE;
    int x1 = -1;
    int y1 = -1;

    Ink(int width, int height) {
        this.width = width;
        this.height = height;
        coverage = new byte[Math.multiplyExact(width, height)];
    }

    boolean isEmpty() {
        return x1 < 0;
    }

    /**
     * Puts a glyph with its pen at (x, y); what falls off the sheet is lost.
     *
     * @param strength 256 for full ink
     * @param text whether the box of the text grows by it
     */
    void put(Glyph glyph, int x, int y, int strength, boolean text) {
        int left = x + glyph.left;
        int top = y + glyph.top;
        int fromX = Math.max(0, -left);
        int toX = Math.min(glyph.width, width - left);
        int fromY = Math.max(0, -top);
        int toY = Math.min(glyph.height, height - top);
        if (fromX >= toX || fromY >= toY) {
            return;
        }
        for (int row = fromY; row < toY; row++) {
            int source = row * glyph.width;
            int target = (top + row) * width + left;
            for (int column = fromX; column < toX; column++) {
                int ink = ((glyph.ink[source + column] & 255) * strength) >> 8;
                if (ink > (coverage[target + column] & 255)) {
                    coverage[target + column] = (byte) ink;
                }
            }
        }
        if (text) {
            grow(left + fromX, top + fromY, left + toX, top + toY);
        }
    }

    /** A rule, for underlines and the edges of tables; does not count as text. */
    void rule(int fromX, int fromY, int toX, int toY) {
        for (int y = Math.max(0, fromY); y < Math.min(height, toY); y++) {
            for (int x = Math.max(0, fromX); x < Math.min(width, toX); x++) {
                coverage[y * width + x] = (byte) 255;
            }
        }
    }

    /**
     * Redraws everything in the dots of a coarse printer.
     *
     * @param cell side of a dot's cell in pixels
     * @param gap pixels of each cell left without ink below the dot
     */
    void coarsen(int cell, int gap) {
        for (int top = 0; top + cell <= height; top += cell) {
            for (int left = 0; left + cell <= width; left += cell) {
                int sum = 0;
                for (int y = top; y < top + cell; y++) {
                    for (int x = left; x < left + cell; x++) {
                        sum += coverage[y * width + x] & 255;
                    }
                }
                byte dot = (byte) (sum > 66 * cell * cell ? 255 : 0);
                for (int y = top; y < top + cell; y++) {
                    byte ink = y >= top + cell - gap ? 0 : dot;
                    for (int x = left; x < left + cell; x++) {
                        coverage[y * width + x] = ink;
                    }
                }
            }
        }
        grow(x0 - cell, y0 - cell, x1 + cell, y1 + cell);
    }

    private void grow(int left, int top, int right, int bottom) {
        x0 = Math.max(0, Math.min(x0, left));
        y0 = Math.max(0, Math.min(y0, top));
        x1 = Math.min(width, Math.max(x1, right));
        y1 = Math.min(height, Math.max(y1, bottom));
    }
}
