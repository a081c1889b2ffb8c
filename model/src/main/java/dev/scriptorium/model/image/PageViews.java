package dev.scriptorium.model.image;

import java.util.List;

/**
 * What the vision encoder is shown of a page.
 *
 * @param global the whole page
 * @param tiles the page in pieces, row by row; empty when it was not cut
 * @param columns tiles side by side; 1 when not cut
 * @param rows tiles above one another; 1 when not cut
 */
public record PageViews(RgbImage global, List<RgbImage> tiles, int columns, int rows) {
    /** The encoder's two convolutions of stride 2 make one token of 4 x 4 patches. */
    private static final int COMPRESSION = 4;

    public PageViews {
        tiles = List.copyOf(tiles);
        int expected = columns == 1 && rows == 1 ? 0 : columns * rows;
        if (tiles.size() != expected) {
            throw new IllegalArgumentException(
                    "views: " + columns + " x " + rows + " tiles expected, " + tiles.size() + " found");
        }
    }

    /** A page that is not cut. */
    public PageViews(RgbImage global) {
        this(global, List.of(), 1, 1);
    }

    /**
     * How many places the page takes in the decoder's sequence: one for every square of 64 pixels (with
     * patches of 16), a line feed after each row of them, and a separator at the end (SPEC section 2).
     *
     * @param patchSize side of the encoder's patches in pixels
     */
    public int visionTokens(int patchSize) {
        int count = rows(global, patchSize) * (columns(global, patchSize) + 1) + 1;
        if (!tiles.isEmpty()) {
            RgbImage tile = tiles.get(0);
            count += rows * rows(tile, patchSize) * (columns * columns(tile, patchSize) + 1);
        }
        return count;
    }

    private static int rows(RgbImage view, int patchSize) {
        return (view.height() / patchSize + COMPRESSION - 1) / COMPRESSION;
    }

    private static int columns(RgbImage view, int patchSize) {
        return (view.width() / patchSize + COMPRESSION - 1) / COMPRESSION;
    }
}
