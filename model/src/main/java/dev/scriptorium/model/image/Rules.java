package dev.scriptorium.model.image;

import boofcv.struct.image.GrayU8;

/**
 * Takes rules, frames and the scanner's edges out of a page's ink. On a page that lies turned a rule is a staircase of
 * runs no longer than those in large letters, so what counts is whether such runs hang together over a good part of
 * the page.
 */
final class Rules {
    /** Ink that hangs together over more than this part of the page, in long runs, is a rule or an edge. */
    private static final double RULE_PART = 0.1;

    private static final int SHORTEST_RULE = 100;
    /** A rule two pixels thick, turned by two degrees, has steps of 60; one of a pixel has steps of 28. */
    private static final int SHORTEST_STEP = 24;

    private Rules() {}

    static void erase(GrayU8 ink) {
        int[] across = runs(ink.data, ink.height, ink.width, ink.width, 1);
        int[] down = runs(ink.data, ink.width, ink.height, 1, ink.width);
        int wide = longest(ink.width);
        int high = longest(ink.height);
        GrayU8 straight = new GrayU8(ink.width, ink.height);
        for (int i = 0; i < across.length; i++) {
            straight.data[i] = (byte) (Math.max(across[i], down[i]) >= SHORTEST_STEP ? 1 : 0);
        }
        Components rules = Components.of(straight);
        for (int i = 0; i < across.length; i++) {
            Blob rule = rules.at(i);
            if (rule != null && (rule.width() > wide || rule.height() > high)) {
                ink.data[i] = 0;
            }
        }
    }

    private static int longest(int length) {
        return (int) Math.max(SHORTEST_RULE, length * RULE_PART);
    }

    /** For each pixel the length of the run of ink that it lies in, along one direction; 0 on paper. */
    private static int[] runs(byte[] ink, int lines, int length, int lineStep, int step) {
        int[] runs = new int[ink.length];
        for (int line = 0; line < lines; line++) {
            int run = 0;
            for (int i = 0, at = line * lineStep; i <= length; i++, at += step) {
                if (i < length && ink[at] != 0) {
                    run++;
                    continue;
                }
                for (int back = 1; back <= run; back++) {
                    runs[at - back * step] = run;
                }
                run = 0;
            }
        }
        return runs;
    }
}
