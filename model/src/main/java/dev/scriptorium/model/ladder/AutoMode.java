package dev.scriptorium.model.ladder;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.image.TileGrid;
import java.util.List;

/**
 * Chooses the cheapest mode in which a page can be read.
 *
 * <p>The published evaluation on English pages of 600 to 1,300 text tokens shows how far a vision token carries: with
 * fewer than ten text tokens for each, precision is 96 % and more (Tiny: 96.5 % at 10.5 text tokens a vision token, Small:
 * 96.8 % at 9.7); it falls to 90 % at 11, to 80 % at 16 and to 60 % at 20. So a mode must have a vision token for every ten
 * text tokens that the page is expected to hold. Only tokens that see the page count: the padded modes lose those on the
 * canvas beside it, {@code 1 - shorter / longer} of them. And its lines must be legible at the mode's size.
 *
 * @see <a href="https://arxiv.org/abs/2510.18234">DeepSeek-OCR, tables 1 and 2</a>
 */
public final class AutoMode {
    /** Text tokens for each vision token. */
    private static final double COMPRESSION = 10;

    /** Least height of a line in the view, in pixels: print of 11 points on A4 has 8 in Tiny, which reads it. */
    private static final double LEAST_LINE = 8;

    private static final List<Mode> CHEAPEST_FIRST = List.of(Mode.TINY, Mode.SMALL, Mode.BASE, Mode.LARGE, Mode.GUNDAM);

    private AutoMode() {}

    /** The mode for a page; {@link Mode#BASE} if nothing is known about its text. */
    public static Mode of(PageSurvey page) {
        if (page.lines() == 0) {
            return Mode.BASE;
        }
        return CHEAPEST_FIRST.stream()
                .filter(mode -> page.textTokens() <= COMPRESSION * visionTokens(mode, page)
                        && page.lineHeight() * scale(mode, page) >= LEAST_LINE)
                .findFirst()
                .orElse(Mode.GUNDAM);
    }

    /** Vision tokens that see the page, separators aside. */
    static double visionTokens(Mode mode, PageSurvey page) {
        double shape = (double) Math.min(page.width(), page.height()) / Math.max(page.width(), page.height());
        return switch (mode) {
            case TINY -> 64;
            case SMALL -> 100;
            case BASE -> 256 * shape;
            case LARGE -> 400 * shape;
            case GUNDAM -> 256 * shape + 100 * grid(page).tiles();
            case SEED384, LINE, AUTO ->
                throw new IllegalArgumentException("a published mode expected, " + mode + " found");
        };
    }

    /** Pixels of the view, or the tiles, for a pixel of the page. */
    private static double scale(Mode mode, PageSurvey page) {
        double wide = mode.tiled()
                ? (double) Mode.TILE_SIDE * grid(page).columns()
                : mode.side().orElseThrow();
        double high = mode.tiled()
                ? (double) Mode.TILE_SIDE * grid(page).rows()
                : mode.side().orElseThrow();
        return Math.min(wide / page.width(), high / page.height());
    }

    private static TileGrid grid(PageSurvey page) {
        return TileGrid.of(page.width(), page.height(), TileGrid.MAX_TILES);
    }
}
