package dev.scriptorium.trainer.bench;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.Resampler;
import dev.scriptorium.model.image.TileGrid;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.trainer.draw.DrawnLine;
import dev.scriptorium.trainer.draw.FontCatalog;
import dev.scriptorium.trainer.draw.LineDrawer;
import dev.scriptorium.trainer.draw.PlainPage;
import dev.scriptorium.trainer.draw.TextSource;
import java.util.List;
import java.util.SplittableRandom;

/** Draws as much text as is wanted on as much picture as a mode has. */
final class DenseTexts {
    private static final int PAGE_SIDE = 1280;
    /** Widest canvas of a line that is drawn, in vision tokens: a line of several hundred characters is none. */
    private static final int LINE_TOKENS = 24;

    private static final int CHARACTERS_A_TOKEN = 8;

    private final ModelConfig config;
    private final Tokenizer tokenizer;
    private final LineDrawer lines;
    private final PlainPage pages;

    DenseTexts(ModelConfig config, Tokenizer tokenizer, FontCatalog fonts) {
        this.config = config;
        this.tokenizer = tokenizer;
        TextSource texts = new TextSource();
        lines = new LineDrawer(fonts, texts);
        pages = new PlainPage(fonts, texts);
    }

    /**
     * A page of running text.
     *
     * @param tokens text tokens; at most that many are drawn, ending with a whole word
     */
    DrawnText page(SplittableRandom random, Mode mode, int tokens) {
        String text = shortened(pages.text(random, tokens * CHARACTERS_A_TOKEN), tokens);
        GrayImage picture = pages.draw(random, text, PAGE_SIDE);
        return new DrawnText(picture, text, tokenizer.encode(text).length, pageTokens(mode));
    }

    /** A line, stretched or squeezed to a canvas that is the same for every length. */
    DrawnText line(SplittableRandom random, int characters) {
        DrawnLine line = lines.draw(random, Math.max(1, characters - 1), characters, true);
        GrayImage drawn = line.pixels();
        int height = config.canvasHeight().orElseThrow();
        int width = lineTokens() * config.sam().tokenWidth();
        byte[] pixels = Resampler.BICUBIC.resize(drawn.pixels(), drawn.width(), drawn.height(), 1, width, height);
        return new DrawnText(
                new GrayImage(pixels, width, height),
                line.text(),
                tokenizer.encode(line.text()).length,
                lineTokens() * (height / config.sam().tokenHeight()));
    }

    private int lineTokens() {
        return Math.min(
                LINE_TOKENS, config.canvasWidth().orElseThrow() / config.sam().tokenWidth());
    }

    /** The longest beginning of whole words with at most so many tokens; at least the first word. */
    private String shortened(String text, int tokens) {
        List<String> words = List.of(text.split(" ", -1));
        int enough = 1;
        int tooMany = words.size() + 1;
        while (tooMany - enough > 1) {
            int middle = (enough + tooMany) >>> 1;
            boolean fits = tokenizer.encode(String.join(" ", words.subList(0, middle))).length <= tokens;
            enough = fits ? middle : enough;
            tooMany = fits ? tooMany : middle;
        }
        return String.join(" ", words.subList(0, enough));
    }

    /** As the paper counts them: without the tokens that end a row or the image. */
    private int pageTokens(Mode mode) {
        int side = mode.side().orElseThrow() / config.sam().tokenWidth();
        if (!mode.tiled()) {
            return side * side;
        }
        TileGrid grid = TileGrid.of(PAGE_SIDE, PAGE_SIDE, TileGrid.MAX_TILES);
        int tile = Mode.TILE_SIDE / config.sam().tokenWidth();
        return side * side + grid.columns() * grid.rows() * tile * tile;
    }
}
