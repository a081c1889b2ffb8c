package dev.scriptorium.model.engine;

import java.util.Arrays;

/**
 * How long an answer will presumably become: as long as the longest of the last ones. Too long a guess leaves memory
 * unused, too short a one makes sequences begin again, which is dearer.
 */
final class AnswerLengths {
    private static final int REMEMBERED = 64;

    /** A page of dense text. */
    static final int AT_FIRST = 1024;

    private final int[] last = new int[REMEMBERED];
    private int next;

    /** @param atFirst what is expected until so many answers are known as are remembered */
    AnswerLengths(int atFirst) {
        Arrays.fill(last, atFirst);
    }

    void add(int tokens) {
        last[next] = tokens;
        next = (next + 1) % REMEMBERED;
    }

    int expected() {
        return Arrays.stream(last).max().orElseThrow();
    }
}
