package dev.scriptorium.model.decoder;

import java.util.Arrays;

/**
 * A guess at a whole answer, from which the decoder is offered what may come next. The decoder has the last
 * word: each token that it takes is added here, and where it differs the guess goes on behind the part of it
 * that is nearest, by edit distance, to what was taken. So one wrong, missing or surplus token costs one
 * more look, not the rest of the guess.
 *
 * <p>A token costs as many steps as the guess is long. Not thread-safe.
 */
public final class Draft {
    private final int[] guess;
    /** Edit distance between everything taken and the first n tokens of the guess, for each n. */
    private int[] distance;

    private int[] next;
    private int place;

    private Draft(int[] guess) {
        this.guess = guess;
        distance = new int[guess.length + 1];
        next = new int[guess.length + 1];
        Arrays.setAll(distance, n -> n);
    }

    /** Has nothing to offer. */
    public static Draft none() {
        return new Draft(new int[0]);
    }

    /** Offers these tokens. */
    public static Draft of(int... guess) {
        return new Draft(guess.clone());
    }

    /**
     * Reads a guess from the likeliest class of each frame, as CTC means it: a run of one class is one
     * token, blanks stand between and stand for nothing.
     *
     * @param from first frame
     * @param to frame behind the last
     * @param blank the class that is no token
     */
    public static Draft ofFrames(long[] frames, int from, int to, int blank) {
        int[] tokens = new int[to - from];
        int length = 0;
        for (int frame = from; frame < to; frame++) {
            boolean goesOn = frame > from && frames[frame] == frames[frame - 1];
            if (!goesOn && frames[frame] != blank) {
                tokens[length++] = Math.toIntExact(frames[frame]);
            }
        }
        return new Draft(Arrays.copyOf(tokens, length));
    }

    /** Takes note of what the decoder wrote next. */
    public void add(int token) {
        next[0] = distance[0] + 1;
        int nearest = 0;
        for (int n = 1; n < next.length; n++) {
            int replaced = distance[n - 1] + (guess[n - 1] == token ? 0 : 1);
            next[n] = Math.min(replaced, 1 + Math.min(distance[n], next[n - 1]));
            if (next[n] <= next[nearest]) {
                nearest = n;
            }
        }
        int[] spare = distance;
        distance = next;
        next = spare;
        place = nearest;
    }

    /** What may come next, at most so many tokens. */
    public int[] rest(int most) {
        return Arrays.copyOfRange(guess, place, Math.min(guess.length, place + most));
    }
}
