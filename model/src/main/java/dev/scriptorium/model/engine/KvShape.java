package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.weights.DType;

/**
 * How the memory for keys and values is cut: so many blocks of so many positions each.
 *
 * @param blocks all there are; 0 for a runner that keeps nothing
 * @param length positions of a block
 */
record KvShape(int blocks, int length) {
    /** Keeps nothing. */
    static final KvShape NONE = new KvShape(0, 1);

    /** Of pages: short enough that little of a last block is wasted, long enough that products stay large. */
    private static final int PAGE_BLOCK = 256;

    /** Vector code likes lengths of this kind. */
    private static final int MULTIPLE = 16;

    KvShape {
        if (blocks < 0 || length < 1) {
            throw new IllegalArgumentException(
                    "KV memory: blocks >= 0 and length >= 1 expected, " + blocks + ", " + length + " found");
        }
    }

    /**
     * Positions of a block that suits a model. A line lies in one block whatever it says; then a step needs to know
     * nothing but which line lies where.
     */
    static int blockLength(ModelConfig config) {
        int longest = config.decoder().maxPositions() + Sequence.PROPOSED;
        return switch (config.unit()) {
            case LINE -> (longest + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
            case PAGE -> Math.min(PAGE_BLOCK, longest);
        };
    }

    /** Room for so many sequences of so many positions each. */
    static KvShape of(ModelConfig config, int sequences, int positions) {
        KvShape one = new KvShape(1, blockLength(config));
        return new KvShape(Math.multiplyExact(sequences, one.blocksOf(positions)), one.length());
    }

    /** Bytes of keys and values of one position in all layers. */
    static long bytesAPosition(ModelConfig config, DType type) {
        return 2L * config.decoder().layers() * config.decoder().width() * type.bytes();
    }

    /** How many blocks so many positions fill. */
    int blocksOf(int positions) {
        return (positions + length - 1) / length;
    }

    long positions() {
        return (long) blocks * length;
    }

    long bytes(ModelConfig config, DType type) {
        return positions() * bytesAPosition(config, type);
    }
}
