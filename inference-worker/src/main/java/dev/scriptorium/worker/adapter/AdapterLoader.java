package dev.scriptorium.worker.adapter;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.engine.AdapterTrial;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.blob.AdapterFolders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Makes an adapter of what a manifest says about it, or says what is wrong with it. Nothing that is not exactly what was
 * published, does not fit the model, or does not compute gets through. Not thread-safe.
 */
public final class AdapterLoader implements AutoCloseable {
    private final AdapterFolders folders;
    private final ModelConfig base;
    private final String baseModelDigest;
    private final AdapterTrial trial;

    /**
     * @param folders emptied now and removed in the end; copies are kept there as long as they are in use
     * @param baseModelDigest of the model that reads
     * @param trial closed with this
     */
    public AdapterLoader(AdapterFolders folders, ModelConfig base, String baseModelDigest, AdapterTrial trial)
            throws IOException {
        folders.clear();
        this.folders = folders;
        this.base = base;
        this.baseModelDigest = baseModelDigest;
        this.trial = trial;
    }

    /**
     * Checks what a manifest says about an adapter before anything is fetched.
     *
     * @param digest the base model that it names
     * @throws RecordException if that is another one
     */
    void requireBase(AdapterRef ref, String digest) {
        if (!digest.equals(baseModelDigest)) {
            throw new RecordException(
                    ErrorCode.ADAPTER_UNFIT,
                    "adapter " + ref.id() + ": one for base model " + baseModelDigest + " expected, for " + digest
                            + " found");
        }
    }

    /**
     * Fetches, verifies and tries.
     *
     * @throws RecordException if it is not to be used, or (with a code that says retry) cannot be had now
     * @throws IOException if its copy cannot be written or read
     */
    LoraAdapter load(AdapterRef ref) throws IOException {
        Path folder = folders.fetch(ref.id(), ref.files());
        try {
            LoraAdapter adapter = LoraAdapter.read(folder, base);
            if (!adapter.id().equals(ref.id())) {
                throw new RecordException(
                        ErrorCode.ADAPTER_MISMATCH,
                        "adapter " + ref.id() + ": files of this sha256 expected, " + adapter.id() + " found");
            }
            trial.check(adapter);
            return adapter;
        } catch (ModelFormatException e) {
            throw new RecordException(ErrorCode.ADAPTER_UNFIT, "adapter " + ref.id() + ": " + e.getMessage(), e);
        }
    }

    /** Removes the copies of all adapters but these. */
    void retain(Collection<LoraAdapter> used) throws IOException {
        folders.retain(used.stream().map(LoraAdapter::id).collect(Collectors.toSet()));
    }

    /** Removes all copies. */
    @Override
    public void close() throws IOException {
        try (trial) {
            folders.clear();
        }
    }
}
