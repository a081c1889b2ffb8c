package dev.scriptorium.trainer.service;

import dev.scriptorium.trainer.service.gate.GatePage;
import dev.scriptorium.trainer.service.gate.PageReader;
import dev.scriptorium.trainer.service.labels.LabelStore;
import dev.scriptorium.trainer.service.run.RunPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What the service needs of the model. Called by the training thread only, but for {@link #baseModelDigest}. */
public interface Learner {

    /** How training ended. */
    sealed interface Training {}

    /**
     * To its end: {@code adapter/} of its folder holds the adapter's files and nothing else.
     *
     * @param adapterId sha256 of them
     * @param samples learned, drawn ones left out
     */
    record Trained(String adapterId, int samples) implements Training {
        public Trained {
            Objects.requireNonNull(adapterId, "adapterId");
        }
    }

    /**
     * The labels are such that nothing can be learned from them.
     *
     * @param reason for people
     */
    record NothingToLearn(String reason) implements Training {
        public NothingToLearn {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** Asked to stop; it goes on from where it was the next time. */
    record Stopped() implements Training {}

    /** sha256 of the base model's files. */
    String baseModelDigest() throws IOException;

    /**
     * Trains, or goes on with what was interrupted; the same plan always makes the same adapter.
     *
     * @param images where the plan's labels have their images
     * @param parent folder of the plan's parent; none if that is the base model
     * @param dir for its files, which are this run's alone
     * @param stop asked often
     */
    Training train(RunPlan plan, LabelStore images, Optional<Path> parent, Path dir, BooleanSupplier stop)
            throws IOException;

    /** Pages that every adapter should go on reading well, drawn or brought along; the same ones for the same seed. */
    List<GatePage> regressionPages(long seed) throws IOException;

    /** Opens the base model to read with. */
    PageReader reader(BooleanSupplier stop) throws IOException;
}
