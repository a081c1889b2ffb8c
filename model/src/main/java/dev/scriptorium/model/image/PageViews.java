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
}
