package dev.scriptorium.model.decoder;

import java.util.Set;

/**
 * Which repetitions a decoder may not write: no n ids in a row twice. The model needs such a rule,
 * since on a hard page it tends to repeat itself for ever (SPEC section 10).
 *
 * <p>A rule is shared; {@link #start} gives one sequence its own {@link NgramBan}.
 */
public sealed interface NgramRule {
    /** As the published {@code infer} reads. */
    NgramRule READING = new WholeSequence(20);

    /** As the published evaluation reads. */
    NgramRule EVALUATION = new WholeSequence(35);

    /**
     * The rule for another reading after a loop: {@link #READING} where there was none, else half as many ids in a row,
     * however far back, but at least 8, which every text repeats less often than a loop does.
     */
    NgramRule stricter();

    /** Begins a sequence. */
    NgramBan start(int[] prompt);

    /** Everything may be repeated. */
    record Off() implements NgramRule {
        @Override
        public NgramBan start(int[] prompt) {
            return new NgramBan.None();
        }

        @Override
        public NgramRule stricter() {
            return READING;
        }
    }

    /**
     * Hugging Face's {@code no_repeat_ngram_size}: prompt, image ids and answer count alike, however
     * far back.
     *
     * @param size ids in a row, at least 1
     */
    record WholeSequence(int size) implements NgramRule {
        public WholeSequence {
            requirePositive("size", size);
        }

        @Override
        public NgramBan start(int[] prompt) {
            NgramBan ban = new NgramHistory(size, Integer.MAX_VALUE, Set.of());
            for (int id : prompt) {
                ban.add(id);
            }
            return ban;
        }

        @Override
        public NgramRule stricter() {
            return new WholeSequence(Math.max(Math.min(8, size), size / 2));
        }
    }

    /**
     * DeepSeek's processor for vLLM: looks at the answer alone, and only at n-grams that begin among
     * its last ids. Published settings are 30/90 for a picture, 20/50 for PDF, 40/90 for batches,
     * always with {@code <td>} and {@code </td>} allowed.
     *
     * @param size ids in a row, at least 1; 1 bans nothing, as in the original
     * @param window how many ids back an n-gram may begin, at least 1
     * @param allowed ids that are never banned, such as table tags
     */
    record Windowed(int size, int window, Set<Integer> allowed) implements NgramRule {
        public Windowed {
            requirePositive("size", size);
            requirePositive("window", window);
            allowed = Set.copyOf(allowed);
        }

        @Override
        public NgramBan start(int[] prompt) {
            return size == 1 ? new NgramBan.None() : new NgramHistory(size, window, allowed);
        }

        @Override
        public NgramRule stricter() {
            return new WholeSequence(Math.max(2, size));
        }
    }

    private static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("n-gram rule: " + what + " of at least 1 expected, " + value + " found");
        }
    }
}
