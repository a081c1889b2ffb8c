package dev.scriptorium.model.config;

import java.util.Locale;
import java.util.OptionalInt;

/**
 * How much of the page the vision encoder sees: the resolutions the model was trained on. They are a
 * closed set because a pair of sizes the weights have never met reads badly without saying so.
 *
 * @see <a href="https://arxiv.org/abs/2510.18234">DeepSeek-OCR, table 1</a> and SPEC section 2
 */
public enum Mode {
    /** The 384-pixel square of the Vietnamese handwriting experiment. */
    SEED384(384),
    /** 512 x 512, distorting; 64 vision tokens. */
    TINY(512),
    /** 640 x 640, distorting; 100 vision tokens. */
    SMALL(640),
    /** 1024 x 1024, padded; 256 vision tokens. */
    BASE(1024),
    /** 1280 x 1280, padded; 400 vision tokens. */
    LARGE(1280),
    /** A padded 1024 view and 2 to 9 tiles of 640 x 640; 256 + 100 a tile. */
    GUNDAM(1024),
    /** One text line on the checkpoint's own canvas: for models whose config says {@code unit: line}. */
    LINE(0),
    /** The cheapest mode that suits the page and the checkpoint. */
    AUTO(0);

    /** Side of a Gundam tile in pixels, whatever the page. */
    public static final int TILE_SIDE = 640;

    private final int side;

    Mode(int side) {
        this.side = side;
    }

    /** Side of the square global view in pixels; empty where the checkpoint or the page decides. */
    public OptionalInt side() {
        return side == 0 ? OptionalInt.empty() : OptionalInt.of(side);
    }

    /** True when the page is also cut into tiles. */
    public boolean tiled() {
        return this == GUNDAM;
    }

    /** The name used on the command line and in records: {@code tiny}, {@code gundam}, {@code seed384}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds a mode by its {@link #label()}, ignoring case; {@code 384} also names {@link #SEED384}.
     *
     * @throws IllegalArgumentException if no mode has that name; the message lists all of them
     */
    public static Mode of(String label) {
        String name = label.trim().toLowerCase(Locale.ROOT);
        for (Mode mode : values()) {
            if (mode.label().equals(name)) {
                return mode;
            }
        }
        if (name.equals("384")) {
            return SEED384;
        }
        throw new IllegalArgumentException(
                "mode: one of seed384, tiny, small, base, large, gundam, line, auto expected, '" + label + "' found");
    }
}
