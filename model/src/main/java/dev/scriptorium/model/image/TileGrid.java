package dev.scriptorium.model.image;

import dev.scriptorium.model.config.Mode;

/**
 * How a page is cut into tiles.
 *
 * @param columns tiles side by side, at least 1
 * @param rows tiles above one another, at least 1
 */
public record TileGrid(int columns, int rows) {
    /** The page as it is. */
    public static final TileGrid WHOLE = new TileGrid(1, 1);

    /** Most tiles of the published model; vLLM's settings use 6. */
    public static final int MAX_TILES = 9;

    public TileGrid {
        if (columns < 1 || rows < 1) {
            throw new IllegalArgumentException("tile grid: at least 1 x 1 expected, " + columns + " x " + rows);
        }
    }

    /** Tiles in all; a {@link #WHOLE} page counts as one. */
    public int tiles() {
        return columns * rows;
    }

    /**
     * The grid for a page: whole if it fits into one tile, otherwise 2 to {@code maxTiles} tiles whose
     * arrangement comes closest to the page's shape. Of two equally close ones, the larger is taken
     * only if the page has pixels for more than half of it.
     *
     * @param width page width in pixels
     * @param height page height in pixels
     */
    public static TileGrid of(int width, int height, int maxTiles) {
        return width <= Mode.TILE_SIDE && height <= Mode.TILE_SIDE ? WHOLE : closest(width, height, maxTiles);
    }

    /** The grid of 2 to {@code maxTiles} tiles that {@link #of} chooses for a page too large for one. */
    public static TileGrid closest(int width, int height, int maxTiles) {
        double aspect = (double) width / height;
        double pixels = (double) width * height;
        double bestDifference = Double.POSITIVE_INFINITY;
        TileGrid best = WHOLE;
        for (int tiles = 2; tiles <= maxTiles; tiles++) {
            for (int columns = 1; columns <= tiles; columns++) {
                if (tiles % columns != 0) {
                    continue;
                }
                TileGrid grid = new TileGrid(columns, tiles / columns);
                double difference = Math.abs(aspect - (double) columns / grid.rows);
                boolean halfFilled = pixels > 0.5 * Mode.TILE_SIDE * Mode.TILE_SIDE * tiles;
                if (difference < bestDifference || (difference == bestDifference && halfFilled)) {
                    bestDifference = difference;
                    best = grid;
                }
            }
        }
        return best;
    }
}
