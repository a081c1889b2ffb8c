package dev.scriptorium.model.config;

import ai.djl.util.Utils;

/**
 * Keeps DJL from using the network behind the user's back: its telemetry call, and the CUDA build of
 * the tokenizer library that it would fetch on a machine with a GPU. What the user set stays.
 *
 * <p>Both are read from system properties when DJL loads its libraries, so {@link #apply} comes
 * before anything of DJL.
 */
public final class DjlDefaults {
    private DjlDefaults() {}

    /** Sets the properties; may be called often, by any thread. */
    public static void apply() {
        setUnlessGiven("OPT_OUT_TRACKING", "true");
        setUnlessGiven("RUST_FLAVOR", "cpu");
    }

    /**
     * Sets how many threads libtorch computes one operation with. Only a start that comes after it heeds it.
     *
     * @throws IllegalArgumentException if there are fewer than one
     */
    public static void threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads: at least 1 expected, " + count + " found");
        }
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(count));
    }

    private static void setUnlessGiven(String key, String value) {
        if (Utils.getEnvOrSystemProperty(key) == null) {
            System.setProperty(key, value);
        }
    }
}
