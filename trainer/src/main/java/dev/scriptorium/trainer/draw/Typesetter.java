package dev.scriptorium.trainer.draw;

import dev.scriptorium.trainer.draw.FontCatalog.Face;
import dev.scriptorium.trainer.draw.FontCatalog.Group;
import dev.scriptorium.trainer.draw.GlyphCache.Glyph;
import dev.scriptorium.trainer.draw.TextLine.Kind;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Puts a line of text on a sheet of ink as a compositor, a typewriter or a till would: spacing,
 * ligatures, small capitals, an italic word, uneven inking, the neighbouring lines' edges.
 */
final class Typesetter {
    /** The widest gap between two words, in parts of the em: a running head and its page number. */
    private static final int WIDEST = 18;

    private static final String LIGATED = "ffi ffl fi fl ff";
    private static final String[] LIGATURES = {"ﬃ", "ﬄ", "ﬁ", "ﬂ", "ﬀ"};

    private final FontCatalog fonts;
    private final GlyphCache glyphs;

    Typesetter(FontCatalog fonts, GlyphCache glyphs) {
        this.fonts = fonts;
        this.glyphs = glyphs;
    }

    /** Whether figures are lining ones, or old-style with one of two forms of the one. */
    private enum OldFigures {
        NONE,
        ROMAN_ONES,
        SMALL_ONES
    }

    /** How one line is set; all lengths in parts of the em. */
    private record Style(
            Face face,
            int em,
            double tracking,
            double wordGap,
            double sentenceGap,
            double punctuationGap,
            boolean ligatures,
            boolean smallCapitals,
            OldFigures oldFigures,
            double jitter,
            double unevenness,
            double worn) {}

    /**
     * @param em a size of the glyph cache
     */
    Ink set(SplittableRandom random, TextLine line, Face face, int em) {
        Style style = style(random, line, face, em);
        String text = style.ligatures() ? ligated(line.text(), face) : line.text();
        boolean crowded = random.nextInt(line.kind() == Kind.FIGURES ? 3 : 4) == 0;
        int above = (int) (em * (crowded ? 2.2 : 1.5));
        int below = (int) (em * (crowded ? 1.9 : 0.9));
        // Wide enough for the widest glyphs of every font, then cut to what was used.
        int width = (int) (em * (2 + text.length() * (1.25 + style.tracking() + 0.12 * style.wordGap()) + WIDEST));
        Ink ink = new Ink(width, above + below);
        double end = write(random, ink, text, style, em, above, true);
        if (crowded) {
            neighbours(random, ink, style, above, (int) end);
        }
        if (random.nextInt(40) == 0) {
            int y = above + (int) (em * random.nextDouble(0.12, 0.3));
            int thick = Math.max(1, (int) (em * random.nextDouble(0.03, 0.08)));
            ink.rule(em, y, (int) end, y + thick);
        }
        if (random.nextInt(line.kind() == Kind.FIGURES ? 4 : 60) == 0) {
            int cell = Math.max(2, em / random.nextInt(9, 20));
            ink.coarsen(cell, random.nextInt(3) == 0 ? cell / 2 : 0);
        }
        return ink;
    }

    private static Style style(SplittableRandom random, TextLine line, Face face, int em) {
        boolean book = line.kind() != Kind.FIGURES && face.group() != Group.MONO;
        boolean heading = line.kind() == Kind.HEADING;
        boolean capitals = line.text().equals(line.text().toUpperCase(Locale.ROOT));
        double tracking =
                switch (random.nextInt(6)) {
                    case 0 -> random.nextDouble(-0.03, 0.03);
                    case 1 -> random.nextDouble(0, heading ? 0.25 : 0.09);
                    default -> random.nextDouble(-0.01, 0.02);
                };
        double wordGap = random.nextInt(3) > 0 ? random.nextDouble(0.8, 1.35) : random.nextDouble(0.7, 2.2);
        boolean typewriter = face.group() == Group.MONO && random.nextInt(3) > 0;
        return new Style(
                face,
                em,
                tracking,
                wordGap,
                random.nextBoolean() ? 1 : random.nextDouble(1, 2.2),
                book && random.nextInt(5) < 2 ? random.nextDouble(0.04, 0.28) : 0,
                book && random.nextInt(5) > 1,
                capitals && line.kind() != Kind.FIGURES && random.nextInt(3) == 0,
                oldFigures(random, book && face.group().serif()),
                typewriter ? 0.03 : random.nextInt(4) == 0 ? 0.012 : 0,
                typewriter || random.nextInt(6) == 0 ? random.nextDouble(0.1, 0.5) : 0,
                random.nextInt(4) == 0 ? random.nextDouble(0.1, 0.6) : 0.03);
    }

    private static OldFigures oldFigures(SplittableRandom random, boolean possible) {
        if (!possible || random.nextInt(5) > 0) {
            return OldFigures.NONE;
        }
        return random.nextInt(5) < 2 ? OldFigures.ROMAN_ONES : OldFigures.SMALL_ONES;
    }

    private static String ligated(String text, Face face) {
        String ligated = text;
        String[] plain = LIGATED.split(" ", -1);
        for (int i = 0; i < plain.length; i++) {
            if (ligated.contains(plain[i]) && face.font().canDisplay(LIGATURES[i].charAt(0))) {
                ligated = ligated.replace(plain[i], LIGATURES[i]);
            }
        }
        return ligated;
    }

    /** Writes from one em inside the left edge; returns where the pen ends. */
    private double write(
            SplittableRandom random, Ink ink, String text, Style style, double from, int baseline, boolean counts) {
        Face italic = italicFor(random, style.face(), text);
        int italicFrom = italic == style.face() ? text.length() : text.indexOf(' ', random.nextInt(text.length())) + 1;
        int italicTo = text.indexOf(' ', Math.min(text.length() - 1, italicFrom + random.nextInt(1, 16)));
        Run names = style.smallCapitals() ? Run.NONE : Run.smallCapitals(random, text, style.face());
        int gapAt = wideGap(random, text, style);
        double pen = from;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean slanted = i >= italicFrom && i < italicTo;
            Face face = slanted ? italic : style.face();
            Setting setting = setting(text, i, style, names);
            Glyph glyph =
                    glyphs.glyph(face, setting.small() ? GlyphCache.smaller(style.em()) : style.em(), setting.letter());
            pen += gapBefore(text, i, style);
            if (c != ' ') {
                int strength = 256 - (int) (256 * style.unevenness() * random.nextDouble());
                int dy = (int) Math.round(style.em() * setting.drop());
                dy += style.jitter() == 0
                        ? 0
                        : (int) Math.round(style.em() * style.jitter() * random.nextDouble(-1, 1));
                int x = (int) Math.round(pen);
                ink.put(glyph, x, baseline + dy, strength, counts);
                if (!Character.isLetterOrDigit(c) && random.nextDouble() < style.worn()) {
                    // A clogged or battered point: heavier than its neighbours, or all but gone.
                    ink.put(glyph, x + random.nextInt(-1, 2), baseline + dy + random.nextInt(-1, 2), strength, counts);
                }
            }
            pen += glyph.advance * (c == ' ' ? spaceFactor(text, i, style) : 1) + style.tracking() * style.em();
            pen += i == gapAt ? style.em() * random.nextDouble(2, WIDEST) : 0;
        }
        return pen;
    }

    /** How one character is set: which glyph, whether in the smaller size, how far below the line in parts of the em. */
    private record Setting(char letter, boolean small, double drop) {}

    private static Setting setting(String text, int at, Style style, Run names) {
        char c = text.charAt(at);
        if (names.contains(at) && Character.isLowerCase(c)) {
            return new Setting(Character.toUpperCase(c), true, 0);
        }
        if (style.oldFigures() != OldFigures.NONE && c >= '0' && c <= '9') {
            return oldFigure(c, style.oldFigures());
        }
        boolean small = style.smallCapitals() && at > 0 && Character.isLetter(text.charAt(at - 1));
        return new Setting(c, small, 0);
    }

    /** Old-style figures: 0 1 2 as high as an x (the one often a small capital I, or a small one), 3 4 5 7 9 below the line. */
    private static Setting oldFigure(char digit, OldFigures ones) {
        return switch (digit) {
            case '0' -> new Setting('o', false, 0);
            case '1' -> new Setting(ones == OldFigures.ROMAN_ONES ? 'I' : '1', true, 0);
            case '2' -> new Setting('2', true, 0);
            case '6', '8' -> new Setting(digit, false, 0);
            default -> new Setting(digit, false, 0.2);
        };
    }

    /** A stretch of a line, as indices of its characters. */
    private record Run(int from, int to) {
        static final Run NONE = new Run(0, 0);

        boolean contains(int at) {
            return at >= from && at < to;
        }

        /** One to three names of a mixed line; printed in capitals and small capitals, transcribed as usual. */
        static Run smallCapitals(SplittableRandom random, String text, Face face) {
            if (!face.group().serif() || random.nextInt(5) > 0) {
                return NONE;
            }
            int at = random.nextInt(text.length());
            for (int from = text.indexOf(' ', at) + 1; from > 0; from = text.indexOf(' ', from) + 1) {
                if (from + 2 < text.length()
                        && Character.isUpperCase(text.charAt(from))
                        && Character.isLowerCase(text.charAt(from + 1))) {
                    int to = text.indexOf(' ', from);
                    for (int more = random.nextInt(3); more > 0 && to > 0; more--) {
                        to = text.indexOf(' ', to + 1);
                    }
                    Run run = new Run(from, to < 0 ? text.length() : to);
                    String capitals = text.substring(run.from, run.to).toUpperCase(Locale.ROOT);
                    return capitals.length() == run.to - run.from && face.displays(capitals) ? run : NONE;
                }
            }
            return NONE;
        }
    }

    /** The space that a tabulator or a spread line makes wide; -1 for none. */
    private static int wideGap(SplittableRandom random, String text, Style style) {
        boolean figures = style.face().group() == Group.MONO || text.chars().anyMatch(Character::isDigit);
        if (random.nextInt(figures ? 7 : 40) > 0) {
            return -1;
        }
        int last = text.lastIndexOf(' ');
        return random.nextBoolean() ? last : text.indexOf(' ', random.nextInt(text.length()));
    }

    private Face italicFor(SplittableRandom random, Face face, String text) {
        if (face.group() != Group.SERIF || text.length() < 12 || random.nextInt(9) != 0) {
            return face;
        }
        return fonts.sibling(face, Group.SERIF_ITALIC)
                .filter(sibling -> sibling.font().canDisplayUpTo(text) < 0)
                .orElse(face);
    }

    private static double spaceFactor(String text, int at, Style style) {
        boolean sentence = at > 0 && ".!?".indexOf(text.charAt(at - 1)) >= 0;
        return style.wordGap() * (sentence ? style.sentenceGap() : 1);
    }

    /** Printers of about 1900 set thin spaces before high points and inside quotes. */
    private static double gapBefore(String text, int at, Style style) {
        if (style.punctuationGap() == 0 || at == 0) {
            return 0;
        }
        char c = text.charAt(at);
        boolean high = ";:!?”".indexOf(c) >= 0 && text.charAt(at - 1) != ' ';
        boolean quoted = text.charAt(at - 1) == '“';
        boolean dashed = c == '—' || text.charAt(at - 1) == '—';
        return high || quoted || dashed ? style.punctuationGap() * style.em() : 0;
    }

    /** The lines above and below, as far as a tight setting lets them into the cut. */
    private void neighbours(SplittableRandom random, Ink ink, Style style, int baseline, int end) {
        String letters = "the of and quickly jumping fghijklpqy, By Tdbh IlI g";
        double leading = style.em() * random.nextDouble(0.98, 1.3);
        for (int side = -1; side <= 1; side += 2) {
            if (random.nextInt(4) == 0) {
                continue;
            }
            double pen = style.em() * random.nextDouble(0.5, 2);
            int y = baseline + (int) (side * leading);
            while (pen < end - style.em()) {
                char c = letters.charAt(random.nextInt(letters.length()));
                Glyph glyph = glyphs.glyph(style.face(), style.em(), c);
                if (c != ' ') {
                    ink.put(glyph, (int) pen, y, 256, false);
                }
                pen += glyph.advance * (c == ' ' ? style.wordGap() : 1);
            }
        }
    }
}
