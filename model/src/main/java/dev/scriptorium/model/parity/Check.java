package dev.scriptorium.model.parity;

import java.io.IOException;

/** Compares some of the goldens. */
@FunctionalInterface
interface Check {
    /**
     * Runs the comparison.
     *
     * @throws dev.scriptorium.model.config.ModelFormatException if the folder's files are not what its index says
     */
    void run(GoldenFolder golden, Findings findings) throws IOException;
}
