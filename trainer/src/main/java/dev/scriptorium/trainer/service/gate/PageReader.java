package dev.scriptorium.trainer.service.gate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads pages as a worker would. Not thread-safe. */
public interface PageReader extends AutoCloseable {

    /**
     * Reads pages.
     *
     * @param adapter folder of the adapter beside the weights; none for the base model
     * @return a reading for each page, in their order
     * @throws java.util.concurrent.CancellationException if it was asked to stop
     */
    List<Reading> read(List<GatePage> pages, Optional<Path> adapter) throws IOException;

    /** {@link #read} with the adapter inside the weights, which are the base model's again afterwards. */
    List<Reading> readMerged(List<GatePage> pages, Path adapter) throws IOException;

    @Override
    void close();
}
