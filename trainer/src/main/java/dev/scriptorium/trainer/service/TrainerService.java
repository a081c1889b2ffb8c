package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.Rollout;
import dev.scriptorium.schemas.blob.AdapterFolders;
import dev.scriptorium.trainer.adapters.AdapterWriter;
import dev.scriptorium.trainer.service.gate.HoldoutGate;
import dev.scriptorium.trainer.service.gate.PageReader;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.labels.LabelReader;
import dev.scriptorium.trainer.service.labels.LabelStore;
import dev.scriptorium.trainer.service.run.Outcome;
import dev.scriptorium.trainer.service.run.Planner;
import dev.scriptorium.trainer.service.run.RunFiles;
import dev.scriptorium.trainer.service.run.RunPlan;
import dev.scriptorium.trainer.service.watch.DriftWatch;
import dev.scriptorium.trainer.service.watch.Look;
import dev.scriptorium.trainer.service.watch.Trial;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns labels into adapters, one run at a time.
 *
 * <p>The thread in {@link #run} brings labels in, decides when a run begins, and publishes; another trains and judges. A
 * run's plan is on disk before it begins, its outcome before it is published, and whether it was published is what the
 * domain's consumer group says, which changed in the same transaction. So a process that is killed anywhere goes on with
 * the same run, and publishes it once.
 */
public final class TrainerService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerService.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final TrainerConfig config;
    private final LabelStore store;
    private final LabelReader reader;
    private final AdapterHistory history;
    private final AdapterFolders folders;
    private final AdapterWriter writer;
    private final AdapterPublisher publisher;
    private final LiveWatch watch;
    private final DriftWatch drift;
    private final Learner learner;
    private final Clock clock;
    private final RunFiles files;
    private final RunRequests requests;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(work -> new Thread(work, "trainer-run"));
    /** Where each domain stands, as its group has it; asked once. */
    private final Map<String, Map<Integer, Long>> consumed = new TreeMap<>();

    private volatile boolean stopping;
    private long lastLook = System.nanoTime() - BETWEEN_LOOKS.toNanos();
    private Run current;
    private Future<Optional<Outcome>> work;
    /** A look at an adapter in use; there is none while a run is under way. */
    private Optional<Future<Optional<Trial>>> look = Optional.empty();

    /** What was last said of a domain that would learn and cannot. */
    private final Map<String, String> told = new HashMap<>();

    private long lastWatch = System.nanoTime();
    private boolean uncollected;

    TrainerService(
            TrainerConfig config,
            LabelStore store,
            LabelReader reader,
            AdapterHistory history,
            AdapterFolders folders,
            AdapterWriter writer,
            AdapterPublisher publisher,
            LiveWatch watch,
            DriftWatch drift,
            Learner learner,
            Clock clock) {
        this.config = config;
        this.store = store;
        this.reader = reader;
        this.history = history;
        this.folders = folders;
        this.writer = writer;
        this.publisher = publisher;
        this.watch = watch;
        this.drift = drift;
        this.learner = learner;
        this.clock = clock;
        files = new RunFiles(config.trainer().dir());
        requests = new RunRequests(config.trainer().dir());
    }

    /**
     * Puts a service together; the topics exist already.
     *
     * @param clock stamps labels and manifests
     * @throws IOException if its folder cannot be used
     */
    public static TrainerService open(TrainerConfig config, Learner learner, Clock clock) throws IOException {
        return open(
                config,
                learner,
                clock,
                new KafkaProducer<>(config.producerConfig(), new StringSerializer(), new ByteArraySerializer()));
    }

    /** The same with a producer made by the caller. */
    static TrainerService open(TrainerConfig config, Learner learner, Clock clock, Producer<String, byte[]> producer)
            throws IOException {
        TrainerParts parts = new TrainerParts(config);
        LabelStore store = LabelStore.open(config.trainer().dir());
        AdapterWriter writer = parts.writer(producer);
        AdapterHistory history = parts.history();
        AdapterFolders folders = parts.folders();
        LiveWatch watch = parts.watch(history, folders, writer, clock);
        return new TrainerService(
                config,
                store,
                parts.reader(store, clock),
                history,
                folders,
                writer,
                parts.publisher(writer),
                watch,
                parts.drift(watch, clock),
                learner,
                clock);
    }

    /**
     * Works until {@link #stop}; a run that is under way then goes on the next time. May be called once.
     *
     * @throws IOException if its folder cannot be used, or training cannot read what it needs
     * @throws RuntimeException if it cannot go on: fenced, broker away for too long, model broken
     */
    public void run() throws IOException {
        try (this) {
            writer.open();
            resume();
            while (!stopping) {
                turn();
            }
            drift.saveNow();
            LOG.info("event=stopped labels={}", store.labels().size());
        }
    }

    /** Asks {@link #run} to come to an end; any thread may. */
    public void stop() {
        stopping = true;
    }

    private void turn() throws IOException {
        boolean withdrawn = reader.poll(POLL);
        writer.report(drift.poll());
        drift.save();
        if (look.isPresent()) {
            uncollected |= withdrawn;
            if (look.get().isDone()) {
                concludeLook(look.get());
            }
        } else if (current != null) {
            if (withdrawn && isWithdrawn(current.plan())) {
                current.stop();
            }
            if (work.isDone()) {
                finish();
            }
        } else {
            idle(withdrawn);
        }
    }

    /** Looks at adapters in use first, because a run takes long. */
    private void idle(boolean withdrawn) throws IOException {
        if (withdrawn || uncollected) {
            store.collect(Set.of());
            uncollected = false;
        }
        if (System.nanoTime() - lastWatch >= config.watch().every().toNanos()) {
            lastWatch = System.nanoTime();
            beginLook();
        }
        if (look.isEmpty() && System.nanoTime() - lastLook >= BETWEEN_LOOKS.toNanos()) {
            lastLook = System.nanoTime();
            beginIfDue();
        }
    }

    private void beginLook() throws IOException {
        List<Label> labels = store.labels();
        watch.hearShadows(labels, learner.baseModelDigest());
        look = watch.next(labels, learner.baseModelDigest()).map(next -> worker.submit(() -> hear(next)));
    }

    /** Nothing if it was asked to stop. */
    private Optional<Trial> hear(Look next) throws IOException {
        try (PageReader pages = learner.reader(() -> stopping)) {
            return Optional.of(next.hear(pages, store));
        } catch (CancellationException e) {
            return Optional.empty();
        }
    }

    private void concludeLook(Future<Optional<Trial>> done) throws IOException {
        look = Optional.empty();
        Optional<Trial> heard = result(done);
        if (heard.isPresent()) {
            watch.conclude(heard.get());
        }
    }

    private void resume() throws IOException {
        Optional<RunPlan> pending = files.plan();
        if (pending.isEmpty()) {
            return;
        }
        RunPlan plan = pending.get();
        if (plan.publishedAt(publisher.consumed(plan.domain()))) {
            LOG.info("event=found-published run={} domain={}", plan.id(), plan.domain());
            settle(plan);
        } else if (isWithdrawn(plan) || !plan.baseModelDigest().equals(learner.baseModelDigest())) {
            LOG.info("event=abandoned run={} domain={}", plan.id(), plan.domain());
            files.abandon();
        } else {
            LOG.info("event=resumed run={} domain={}", plan.id(), plan.domain());
            start(plan, active(plan.domain()));
        }
    }

    /** Whether a label was taken back that the run learns from: it must not leave a trace. */
    private boolean isWithdrawn(RunPlan plan) {
        return plan.samples().stream()
                .anyMatch(label -> store.find(label.pageId()).isEmpty());
    }

    private void beginIfDue() throws IOException {
        List<Label> labels = store.labels();
        Set<String> asked = requests.asked();
        Set<String> domains = labels.stream().map(Label::domain).collect(Collectors.toCollection(TreeSet::new));
        domains.remove(""); // read by the base model itself
        for (String domain : domains) {
            Map<Integer, Long> stands = consumed.computeIfAbsent(domain, publisher::consumed);
            Planner.Waiting waiting = Planner.waiting(domain, labels, stands);
            Optional<String> due = config.trigger().due(waiting, asked.contains(domain), clock.instant());
            if (due.isPresent()) {
                begin(domain, labels, stands, due.get());
                return;
            }
            Optional<String> missing = config.trigger().missing(waiting, asked.contains(domain), clock.instant());
            if (missing.isPresent() && !missing.get().equals(told.put(domain, missing.get()))) {
                LOG.warn("event=not-begun domain={} reason=\"{}\"", domain, missing.get());
            }
        }
    }

    private void begin(String domain, List<Label> labels, Map<Integer, Long> stands, String reason) throws IOException {
        Optional<AdapterHistory.Active> active = active(domain);
        String parent = active.map(AdapterHistory.Active::id).orElse("");
        RunPlan plan = config.planner().plan(domain, labels, stands, parent, learner.baseModelDigest());
        if (active.isPresent()) {
            folders.fetch(active.get().id(), active.get().files()); // before the plan says that it is there
        }
        files.begin(plan);
        requests.done(domain);
        LOG.info(
                "event=begun run={} domain={} reason={} fresh={}",
                plan.id(),
                domain,
                reason,
                plan.fresh().size());
        start(plan, active);
    }

    private Optional<AdapterHistory.Active> active(String domain) throws IOException {
        history.refresh();
        return history.active(domain, learner.baseModelDigest());
    }

    /** @param active the adapter to compare with, which may be another by now than the plan's parent */
    private void start(RunPlan plan, Optional<AdapterHistory.Active> active) throws IOException {
        if (active.isPresent()) {
            folders.fetch(active.get().id(), active.get().files());
        }
        current = new Run(
                plan,
                active.map(AdapterHistory.Active::id).orElse(""),
                files,
                store,
                folders,
                learner,
                new HoldoutGate(config.gate()),
                clock);
        work = worker.submit(current::work);
    }

    private void finish() throws IOException {
        RunPlan plan = current.plan();
        Optional<Outcome> outcome = result(work);
        current = null;
        if (isWithdrawn(plan)) {
            LOG.info("event=abandoned run={} domain={} reason=\"a label was withdrawn\"", plan.id(), plan.domain());
            files.abandon();
            store.collect(Set.of());
        } else if (outcome.isPresent()) {
            publish(plan, outcome.get());
        }
    }

    private static <T> T result(Future<T> work) throws IOException {
        try {
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("trainer: interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("trainer: its work failed", e.getCause());
        }
    }

    private void publish(RunPlan plan, Outcome outcome) throws IOException {
        Optional<AdapterHistory.Active> active = active(plan.domain());
        if (!active.map(AdapterHistory.Active::id).orElse("").equals(outcome.active())) {
            LOG.info(
                    "event=judged-anew run={} domain={} reason=\"another adapter is in use\"",
                    plan.id(),
                    plan.domain());
            files.undecide();
            start(plan, active);
            return;
        }
        List<AdapterFile> stored = outcome.adapterId().isEmpty() ? List.of() : folders.store(files.adapter());
        AdapterManifest judged = Manifests.of(
                plan, outcome, stored, active.map(AdapterHistory.Active::files).orElse(List.of()));
        AdapterManifest manifest = history.latest(plan.domain())
                .filter(latest -> judged.getState() == AdapterState.REJECTED)
                .filter(latest -> latest.getRollout() != Rollout.FULL)
                .filter(latest -> latest.getBaseModelDigest().equals(judged.getBaseModelDigest()))
                .map(latest -> Manifests.keepingTrial(judged, latest))
                .orElse(judged);
        publisher.publish(Manifests.change(plan, manifest, config.trainer().id()), plan.consumed());
        LOG.info(
                "event=published run={} domain={} adapter={} state={} reason=\"{}\"",
                plan.id(),
                plan.domain(),
                manifest.getAdapterId(),
                manifest.getState(),
                manifest.getReason());
        settle(plan);
    }

    private void settle(RunPlan plan) throws IOException {
        files.archive(plan);
        folders.clear();
        store.collect(Set.of());
        consumed.remove(plan.domain());
    }

    /** Lets the run save what it has, and closes all clients. */
    @Override
    public void close() {
        try (writer;
                history;
                drift;
                watch;
                reader) {
            if (current != null) {
                current.stop();
            }
            worker.shutdown();
            boolean ended = worker.awaitTermination(5, TimeUnit.MINUTES);
            LOG.info("event=run-ended saved={}", ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
