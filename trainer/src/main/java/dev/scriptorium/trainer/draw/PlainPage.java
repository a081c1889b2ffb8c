package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.trainer.draw.FontCatalog.Face;
import dev.scriptorium.trainer.draw.FontCatalog.Group;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws square pages that one running text fills from margin to margin, in the largest type that has room: the
 * more text, the smaller. Clean, level, in families held out from training. Immutable, safe for many threads.
 */
public final class PlainPage {
    private static final double MARGIN = 0.06;
    private static final double LEADING = 1.3;
    private static final double LARGEST = 0.08;
    private static final double LEAST = 0.004;
    private static final double STEP = 0.97;

    private final FontCatalog fonts;
    private final TextSource texts;

    public PlainPage(FontCatalog fonts, TextSource texts) {
        this.fonts = fonts;
        this.texts = texts;
    }

    /** Running text from a random place: its first words, about this many characters. */
    public String text(SplittableRandom random, int characters) {
        String prose = texts.prose();
        int from = prose.indexOf(' ', random.nextInt(prose.length() - 2 * characters - 4096)) + 1;
        int end = prose.indexOf(' ', from + characters);
        return prose.substring(from, end).replace('\n', ' ');
    }

    /**
     * Draws a page.
     *
     * @param side pixels
     * @throws IllegalArgumentException if the text has no room in the smallest type
     */
    public GrayImage draw(SplittableRandom random, String text, int side) {
        List<Face> able = fonts.faces(true).stream()
                .filter(face -> face.group() == Group.SERIF && face.displays(text))
                .toList();
        if (able.isEmpty()) {
            throw new IllegalStateException("fonts: a held-out serif face for all of the text expected, none found");
        }
        Face face = able.get(random.nextInt(able.size()));
        double margin = MARGIN * side;
        double inner = side - 2 * margin;
        for (double em = LARGEST * side; em >= LEAST * side; em *= STEP) {
            Sheet sheet = new Sheet(side, side, 0);
            List<Sheet.Row> rows = sheet.rows(List.of(text), face, em, inner);
            if (rows.size() * em * LEADING <= inner) {
                sheet.draw(rows, face, em, margin, margin + em, inner, em * LEADING);
                return sheet.scan().page(random, em, false, 0);
            }
        }
        throw new IllegalArgumentException(
                "page of " + side + " pixels: a text that has room expected, " + text.length() + " characters found");
    }
}
