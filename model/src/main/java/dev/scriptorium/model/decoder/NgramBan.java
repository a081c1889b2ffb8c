package dev.scriptorium.model.decoder;

/** What a {@link NgramRule} forbids one sequence to write next. Not thread-safe. */
public interface NgramBan {
    /** Takes note of the id that the sequence now ends with. */
    void add(int id);

    /** The ids that may not come next, ascending, each once. The end of the answer may be among them. */
    int[] banned();

    /** Forbids nothing. */
    record None() implements NgramBan {
        private static final int[] NOTHING = {};

        @Override
        public void add(int id) {}

        @Override
        public int[] banned() {
            return NOTHING;
        }
    }
}
