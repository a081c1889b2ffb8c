package dev.scriptorium.model.image;

import java.util.List;

/**
 * Tells text from what merely has ink, before the model is asked. How dark a page is says nothing: faint print is
 * text, a photograph is not. What counts is whether ink forms letters that stand in lines: most letters of a line
 * have their feet at one height, whatever the script, while grain, leaves and stones that happen to lie in a row do
 * not; and letters differ from each other, while the dots of a printed picture do not. Show-through is too faint for
 * {@link InkMap}, rules are erased there, and dust does not line up.
 */
public final class BlankGate {
    /** One blob that looks like a letter is dirt more often than a page of one letter. */
    private static final int FEWEST_LETTERS = 2;
    /** Fewer letters than this in a row say nothing about their feet. */
    private static final int FEWEST_IN_ROW = 4;
    /** With fewer letters than this on a page the model has to say whether they are any. */
    private static final int FEW_LETTERS = 8;
    /** Feet no further apart than this many letter heights are at one height. */
    private static final double ONE_HEIGHT = 0.2;
    /**
     * Share of letters with their feet, or their heads, at one height: less is no line of text. Of 577 printed lines with
     * 8 letters or more 3 have less, of 177 rows found in noise and photographs 146.
     */
    private static final double STANDING = 0.5;
    /**
     * Share of a page's letters that stand so: less is no page of text. Measured: print 0.80 or more, pictures without
     * text 0.13 or less.
     */
    private static final double TEXT_PAGE = 0.4;
    /** On a page that is mostly picture a row counts if it has so many letters, and this share of them standing. */
    private static final int SURE_LETTERS = 8;

    private static final double SURE = 0.7;
    /** Share of letters as broad as high and full of ink. Measured: print 0.00 to 0.25, printed dots 0.85 to 0.98. */
    private static final double DOTS = 0.7;

    /**
     * Words in joined writing are broader than this for their height, and their feet tell nothing. Of what looks like
     * letters in pictures without text more than half is narrower.
     */
    private static final double JOINED = 1.5;

    /** A page with lower letters, in pixels of its {@link InkMap}, cannot be read; grain is as high as that. */
    static final double LEGIBLE = 6;

    private BlankGate() {}

    /** Looks at a whole page. It costs as much as finding the lines: who wants those, asks {@link LineFinder} alone. */
    public static boolean isBlank(GrayImage page) {
        return new LineFinder().find(page).lines().isEmpty();
    }

    /**
     * The lines that may be text, of a level page. Of a page of text that is all of them, odd ones, too: the model reads
     * nothing where nothing is, and stamps and signatures do not stand in line.
     *
     * @return in their order; none if nothing on the page looks like text
     */
    static List<Blob> text(List<Blob> letters, List<Blob> lines) {
        List<Row> rows = lines.stream().map(line -> Row.of(line, letters)).toList();
        int inAll = rows.stream().mapToInt(Row::letters).sum();
        int standing = rows.stream()
                .filter(row -> row.letters() >= FEWEST_IN_ROW && row.mayBeText())
                .mapToInt(Row::standing)
                .sum();
        int broad = rows.stream().mapToInt(Row::broad).sum();
        boolean joined = 2 * broad > inAll;
        boolean picture = inAll >= FEW_LETTERS && standing < TEXT_PAGE * inAll && !joined;
        return rows.stream()
                .filter(row -> inAll >= FEWEST_LETTERS && (!picture || row.isSurelyText()))
                .map(Row::line)
                .toList();
    }

    /**
     * A line and what stands in it.
     *
     * @param letters how many
     * @param standing how many of them have their feet, or their heads, at one height
     * @param dots how many are as broad as high and full of ink
     * @param broad how many are broader than high, as words in joined writing are
     */
    private record Row(Blob line, int letters, int standing, int dots, int broad) {
        static Row of(Blob line, List<Blob> all) {
            List<Blob> letters = all.stream()
                    .filter(letter -> line.overlapX(letter) > 0.9 * letter.width()
                            && line.overlapY(letter) > 0.9 * letter.height())
                    .toList();
            double[] heights =
                    letters.stream().mapToDouble(Blob::height).sorted().toArray();
            double near = letters.isEmpty() ? 0 : ONE_HEIGHT * heights[heights.length / 2];
            int feet = level(letters.stream().mapToDouble(Blob::y1).sorted().toArray(), near);
            int heads = level(letters.stream().mapToDouble(Blob::y0).sorted().toArray(), near);
            int dots = (int) letters.stream().filter(Row::isDot).count();
            int broad = (int) letters.stream()
                    .filter(letter -> letter.width() > JOINED * letter.height())
                    .count();
            return new Row(line, letters.size(), Math.max(feet, heads), dots, broad);
        }

        /** The most that lie no further apart than this. */
        private static int level(double[] sorted, double near) {
            int most = 0;
            for (int last = 0, first = 0; last < sorted.length; last++) {
                while (sorted[last] - sorted[first] > near) {
                    first++;
                }
                most = Math.max(most, last - first + 1);
            }
            return most;
        }

        private static boolean isDot(Blob letter) {
            double shape = letter.width() / letter.height();
            return shape > 0.7 && shape < 1.4 && letter.area() > 0.6 * letter.width() * letter.height();
        }

        boolean isSurelyText() {
            return letters >= SURE_LETTERS && standing >= SURE * letters && mayBeText();
        }

        boolean mayBeText() {
            return letters < FEWEST_IN_ROW || (standing >= STANDING * letters && dots <= DOTS * letters);
        }
    }
}
