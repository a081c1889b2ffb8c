package dev.scriptorium.model.image;

import dev.scriptorium.model.config.Mode;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a page into the views that a {@link Mode} shows to the vision encoder. Equal to the
 * reference to the last pixel (SPEC sections 3.3 to 3.5).
 *
 * @param resampler {@link Resampler#BICUBIC} to read as the published model does
 * @param maxTiles most tiles in {@link Mode#GUNDAM}, {@link TileGrid#MAX_TILES} for the published model
 */
public record PageTiler(Resampler resampler, int maxTiles) {
    /** Canvas around a page that is not square: the middle of the range, so close to 0 for the encoder. */
    private static final int PAD_GRAY = 127;

    /** Up to this side the reference squeezes the page into the square instead of padding it. */
    private static final int LARGEST_DISTORTED_SIDE = 640;

    public PageTiler {
        if (maxTiles < 2) {
            throw new IllegalArgumentException("page tiler: at least 2 tiles expected, " + maxTiles + " found");
        }
    }

    /** As the published model reads: bicubic, up to 9 tiles. */
    public PageTiler() {
        this(Resampler.BICUBIC, TileGrid.MAX_TILES);
    }

    /**
     * Prepares a page.
     *
     * @param mode one with a side of its own: not {@link Mode#AUTO}, not {@link Mode#LINE}
     */
    public PageViews views(RgbImage page, Mode mode) {
        int side = mode.side()
                .orElseThrow(() ->
                        new IllegalArgumentException("page tiler: a mode of fixed size expected, " + mode + " found"));
        if (!mode.tiled()) {
            return new PageViews(
                    side <= LARGEST_DISTORTED_SIDE ? resampler.resize(page, side, side) : pad(page, side, side));
        }
        TileGrid grid = TileGrid.of(page.width(), page.height(), maxTiles);
        return new PageViews(pad(page, side, side), tiles(page, grid), grid.columns(), grid.rows());
    }

    /** The page resized to lie inside {@code width x height} with its shape kept, on a gray canvas, centred. */
    public RgbImage pad(RgbImage page, int width, int height) {
        double aspect = (double) page.width() / page.height();
        double canvasAspect = (double) width / height;
        int innerWidth = width;
        int innerHeight = height;
        if (aspect > canvasAspect) {
            innerHeight = scaled(page.height(), page.width(), width);
        } else if (aspect < canvasAspect) {
            innerWidth = scaled(page.width(), page.height(), height);
        }
        RgbImage inner = resampler.resize(page, innerWidth, innerHeight);
        if (innerWidth == width && innerHeight == height) {
            return inner;
        }
        RgbImage canvas = RgbImage.filled(width, height, PAD_GRAY, PAD_GRAY, PAD_GRAY);
        int left = (int) Math.rint((width - innerWidth) * 0.5);
        int top = (int) Math.rint((height - innerHeight) * 0.5);
        for (int y = 0; y < innerHeight; y++) {
            int to = 3 * ((top + y) * width + left);
            System.arraycopy(inner.samples(), 3 * y * innerWidth, canvas.samples(), to, 3 * innerWidth);
        }
        return canvas;
    }

    /** Rounds half to even as the reference does, but never to 0, which it refuses: extreme pages stay readable. */
    private static int scaled(int shorter, int longer, int side) {
        return Math.max(1, (int) Math.rint((double) shorter / longer * side));
    }

    private List<RgbImage> tiles(RgbImage page, TileGrid grid) {
        List<RgbImage> tiles = new ArrayList<>();
        if (grid.equals(TileGrid.WHOLE)) {
            return tiles;
        }
        int side = Mode.TILE_SIDE;
        RgbImage stretched = resampler.resize(page, grid.columns() * side, grid.rows() * side);
        for (int row = 0; row < grid.rows(); row++) {
            for (int column = 0; column < grid.columns(); column++) {
                tiles.add(stretched.crop(column * side, row * side, side, side));
            }
        }
        return tiles;
    }
}
