package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.blob.AdapterFolders;
import dev.scriptorium.trainer.service.gate.GatePage;
import dev.scriptorium.trainer.service.gate.GateVerdict;
import dev.scriptorium.trainer.service.gate.HoldoutGate;
import dev.scriptorium.trainer.service.gate.PageReader;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.labels.LabelStore;
import dev.scriptorium.trainer.service.run.Outcome;
import dev.scriptorium.trainer.service.run.RunFiles;
import dev.scriptorium.trainer.service.run.RunPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of one run: training, then the gate. Begun again, it goes on where it was; what is decided stays decided. One
 * thread works, any may ask it to stop.
 */
final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    private final RunPlan plan;
    private final String active;
    private final RunFiles files;
    private final LabelStore images;
    private final AdapterFolders folders;
    private final Learner learner;
    private final HoldoutGate gate;
    private final Clock clock;
    private volatile boolean stopping;

    /** @param active id of the adapter to compare with, fetched before; empty for the base model */
    Run(
            RunPlan plan,
            String active,
            RunFiles files,
            LabelStore images,
            AdapterFolders folders,
            Learner learner,
            HoldoutGate gate,
            Clock clock) {
        this.plan = plan;
        this.active = active;
        this.files = files;
        this.images = images;
        this.folders = folders;
        this.learner = learner;
        this.gate = gate;
        this.clock = clock;
    }

    RunPlan plan() {
        return plan;
    }

    /** Asks {@link #work} to come back soon. */
    void stop() {
        stopping = true;
    }

    /**
     * Works until the outcome is known.
     *
     * @return nothing if it was asked to stop
     */
    Optional<Outcome> work() throws IOException {
        Optional<Outcome> known = files.outcome();
        if (known.isPresent()) {
            return known;
        }
        LOG.info(
                "event=training run={} domain={} fresh={} replay={} parent={}",
                plan.id(),
                plan.domain(),
                plan.fresh().size(),
                plan.replay().size(),
                plan.parent());
        Learner.Training training =
                learner.train(plan, images, folder(plan.parent()), files.training(), () -> stopping);
        if (training instanceof Learner.Trained trained) {
            return judge(trained);
        }
        if (training instanceof Learner.NothingToLearn nothing) {
            return Optional.of(decide("", 0, new GateVerdict(false, nothing.reason(), List.of())));
        }
        return Optional.empty();
    }

    private Optional<Outcome> judge(Learner.Trained trained) throws IOException {
        LOG.info("event=judging run={} domain={} against={}", plan.id(), plan.domain(), active);
        List<GatePage> regression = Stream.concat(
                        plan.regression().stream().map(this::page), learner.regressionPages(plan.seed()).stream())
                .toList();
        try (PageReader reader = learner.reader(() -> stopping)) {
            GateVerdict verdict = gate.judge(
                    plan.heldOut().stream().map(this::page).toList(),
                    regression,
                    folder(active),
                    files.adapter(),
                    reader,
                    plan.seed());
            return Optional.of(decide(trained.adapterId(), trained.samples(), verdict));
        } catch (CancellationException e) {
            return Optional.empty();
        }
    }

    private Outcome decide(String adapterId, int samples, GateVerdict verdict) throws IOException {
        Outcome outcome = new Outcome(adapterId, samples, active, verdict, clock.millis());
        files.decide(outcome);
        return outcome;
    }

    private Optional<Path> folder(String adapterId) {
        return adapterId.isEmpty() ? Optional.empty() : Optional.of(folders.folder(adapterId));
    }

    private GatePage page(Label label) {
        return new GatePage(
                label.pageId(), label.documentId(), () -> images.read(label), label.text(), label.task(), label.mode());
    }
}
