package dev.scriptorium.standalone;

import dev.scriptorium.feedback.FeedbackConfig;
import dev.scriptorium.feedback.FeedbackService;
import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.feedback.corrections.CorrectionSink;
import dev.scriptorium.feedback.corrections.NewCorrection;
import dev.scriptorium.ingest.IngestConfig;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.ComputeDevice;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterEventKind;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.GateResult;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.trainer.service.TrainerConfig;
import dev.scriptorium.trainer.service.labels.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/**
 * The second half of the demo: pages of a new domain are read badly, people correct them, the trainer learns, the gate
 * measures, the running worker reads with the new adapter. Nothing in it knows that it is a demo: the services are
 * those of {@code up}, told to wait for fewer labels.
 */
final class DemoLoop {
    private static final Duration TRAINING = Duration.ofMinutes(30);
    private static final Duration SWAP = Duration.ofMinutes(2);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
    private static final List<String> REVIEWERS = List.of("Ada", "Ben");
    private static final String EPOCHS = "4";

    private final Console console;
    private final Map<String, String> cluster;
    private final ModelOptions model;
    private final Path folder;
    private final DemoPages pages;
    private final IngestConfig ingest;

    /**
     * @param cluster settings that all services share
     * @param folder for the services' files
     * @param pages takes documents through the worker
     */
    DemoLoop(Console console, Map<String, String> cluster, ModelOptions model, Path folder, DemoPages pages) {
        this.console = console;
        this.cluster = cluster;
        this.model = model;
        this.folder = folder;
        this.pages = pages;
        ingest = DemoCommand.bind(IngestConfig.class, cluster, Map.of("ingest.domain", Gazette.DOMAIN));
    }

    /** How far a training is; written by its thread. */
    private record Progress(long step, long steps, double loss) {}

    /**
     * Plays it to the end.
     *
     * @param printed pages of no domain, which a new adapter must not read worse
     * @return what {@code --json} says of it
     * @throws IllegalStateException if the adapter was refused, or did not come
     */
    Map<String, Object> play(List<DemoPages.Read> printed) throws IOException, InterruptedException {
        List<DemoPages.Original> notices = Gazette.write(folder.resolve(Gazette.DOMAIN));
        console.say("");
        console.say("══ a new domain: " + notices.size() + " notices of a gazette in blackletter");
        List<DemoPages.Read> before = pages.read(ingest, notices);
        List<DemoPages.Read> heldOut = before.stream()
                .filter(page -> Side.of(page.documentId()) == Side.HELD_OUT)
                .toList();
        double cerBefore = cer(heldOut);
        console.say(String.format(
                Locale.ROOT,
                "   %d of them are held out: they measure adapters, which never learn from them. CER there %.1f %%",
                heldOut.size(),
                100 * cerBefore));
        TrainerConfig config = trainerConfig(notices.size());
        AtomicReference<Progress> progress = new AtomicReference<>(new Progress(0, 0, 0));
        Topics topics = new Topics(config.topics(), config.limits());
        try (FeedbackService feedback =
                        FeedbackService.start(feedbackConfig(), PlausibilityCheck.NONE, Clock.systemUTC());
                AdapterTopics adapters = new AdapterTopics(config.kafka(), topics)) {
            correct(config, topics, before, printed);
            AdapterManifest manifest;
            try (LocalTrainer trainer = LocalTrainer.start(
                    config, (domain, step, steps, loss) -> progress.set(new Progress(step, steps, loss)))) {
                manifest = train(trainer, feedback, adapters, progress);
            }
            return swap(manifest, adapters, notices, heldOut, cerBefore);
        }
    }

    private void correct(
            TrainerConfig config, Topics topics, List<DemoPages.Read> notices, List<DemoPages.Read> printed) {
        List<DemoPages.Read> all = new ArrayList<>(printed);
        all.addAll(notices);
        List<CorrectionSink.Sent> sent = new ArrayList<>();
        try (CorrectionSink sink = CorrectionSink.open(config.kafka(), topics, config.limits(), Clock.systemUTC())) {
            for (DemoPages.Read page : all) {
                String reviewer = REVIEWERS.get(sent.size() % REVIEWERS.size());
                sent.add(sink.send(NewCorrection.edited(page.pageId(), page.truth(), reviewer)));
            }
            sent.forEach(CorrectionSink.Sent::await);
        }
        console.say("══ " + sent.size() + " corrections by " + String.join(" and ", REVIEWERS)
                + " (as by ./scriptorium correct); feedback joins them with what was read");
    }

    private AdapterManifest train(
            LocalTrainer trainer, FeedbackService feedback, AdapterTopics adapters, AtomicReference<Progress> progress)
            throws InterruptedException {
        console.say("══ training an adapter on what is not held out, in the trainer that up runs");
        long begin = System.nanoTime();
        long lastLine = begin;
        Progress shown = progress.get();
        try (ProgressBar bar = console.progress("steps", 1000)) {
            while (System.nanoTime() - begin < TRAINING.toNanos()) {
                trainer.check();
                feedback.check();
                Optional<AdapterManifest> manifest = adapters.poll(
                        AdapterManifest.class,
                        published -> published.getDomain().equals(Gazette.DOMAIN));
                if (manifest.isPresent()) {
                    return judged(manifest.get(), (System.nanoTime() - begin) / 1e9);
                }
                Progress now = progress.get();
                if (now.steps() > 0) {
                    bar.moveTo(1000 * now.step() / now.steps());
                }
                if (!now.equals(shown) && System.nanoTime() - lastLine > BETWEEN_LINES.toNanos()) {
                    console.say(String.format(
                            Locale.ROOT, "   step %d of %d, loss %.2f", now.step(), now.steps(), now.loss()));
                    lastLine = System.nanoTime();
                    shown = now;
                }
            }
        }
        throw new IllegalStateException("an adapter of " + Gazette.DOMAIN + " expected on the adapters' topic within "
                + TRAINING.toMinutes() + " min, none found");
    }

    private AdapterManifest judged(AdapterManifest manifest, double seconds) {
        console.say(String.format(
                Locale.ROOT, "   %d samples learnt; trained and measured in %.0f s", manifest.getSamples(), seconds));
        console.say("══ the gate: " + manifest.getState() + ", " + manifest.getReason());
        for (GateResult result : manifest.getGate()) {
            console.say(String.format(
                    Locale.ROOT,
                    "   %-12s %3d pages  CER %5.2f -> %5.2f %%",
                    result.getSet(),
                    result.getPages(),
                    100 * result.getCerBefore(),
                    100 * result.getCerAfter()));
        }
        if (manifest.getState() != AdapterState.ACTIVE) {
            throw new IllegalStateException("adapter " + manifest.getAdapterId() + ": ACTIVE expected, "
                    + manifest.getState() + " found: " + manifest.getReason());
        }
        return manifest;
    }

    private Map<String, Object> swap(
            AdapterManifest manifest,
            AdapterTopics adapters,
            List<DemoPages.Original> notices,
            List<DemoPages.Read> heldOut,
            double cerBefore)
            throws IOException, InterruptedException {
        String adapterId = manifest.getAdapterId();
        AdapterEvent loaded = await(
                adapters,
                AdapterEvent.class,
                event -> event.getAdapterId().equals(adapterId)
                        && !event.getKind().equals(AdapterEventKind.UNLOADED.name()));
        if (!loaded.getKind().equals(AdapterEventKind.LOADED.name())) {
            throw new IllegalStateException("adapter " + adapterId + ": LOADED expected, " + loaded.getKind()
                    + " found: " + loaded.getReason());
        }
        console.say(String.format(
                Locale.ROOT,
                "══ the running worker reads with adapter %.12s, %d ms after it was published",
                adapterId,
                Math.max(
                        0,
                        Duration.between(manifest.getCreatedAt(), loaded.getAt())
                                .toMillis())));
        List<String> names = heldOut.stream().map(DemoPages.Read::documentId).toList();
        List<DemoPages.Read> after = pages.read(
                ingest,
                notices.stream()
                        .filter(notice -> names.contains(notice.id().orElseThrow()))
                        .toList());
        double cerAfter = cer(after);
        showOne(heldOut, after);
        long withAdapter = after.stream()
                .flatMap(page -> page.recognition().stream())
                .map(Recognition::getAdapterId)
                .filter(adapterId::equals)
                .count();
        ancestry(adapterId, heldOut.get(0).pageId());
        console.say("");
        console.say(String.format(
                Locale.ROOT,
                "%d held-out notices, %d of them read with the adapter: CER %.2f %% before, %.2f %% after",
                after.size(),
                withAdapter,
                100 * cerBefore,
                100 * cerAfter));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("domain", Gazette.DOMAIN);
        json.put("heldOutPages", after.size());
        json.put("heldOutPagesReadWithAdapter", withAdapter);
        json.put("cerBefore", cerBefore);
        json.put("cerAfter", cerAfter);
        json.put("adapterId", adapterId);
        return json;
    }

    private void ancestry(String adapterId, String pageId) {
        ClusterConfig config = DemoCommand.bind(ClusterConfig.class, withoutBlobs(), Map.of());
        console.say("");
        console.say("── what led to what (./scriptorium lineage)");
        try (TopicScan scan = config.scan()) {
            Lineage lineage = new Lineage(scan, config.ensured());
            lineage.pages(pageId).forEach(page -> page.lines().forEach(console::say));
            lineage.adapter(lineage.log().find(adapterId)).lines().forEach(console::say);
        }
    }

    private <T extends SpecificRecord> T await(AdapterTopics adapters, Class<T> type, Predicate<T> wanted)
            throws InterruptedException {
        long deadline = System.nanoTime() + SWAP.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<T> found = adapters.poll(type, wanted);
            if (found.isPresent()) {
                return found.get();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new IllegalStateException(
                type.getSimpleName() + ": expected within " + SWAP.toSeconds() + " s, none found");
    }

    /** The notice that was read worst, before and after. */
    private void showOne(List<DemoPages.Read> before, List<DemoPages.Read> after) {
        DemoPages.Read worst = before.stream()
                .max((one, other) -> Double.compare(cer(List.of(one)), cer(List.of(other))))
                .orElseThrow();
        DemoPages.Read now = after.stream()
                .filter(page -> page.pageId().equals(worst.pageId()))
                .findFirst()
                .orElseThrow();
        console.say("");
        console.say("── " + worst.source() + ": before, and with the adapter");
        SideBySide.of(worst.text(), now.text()).forEach(console::say);
    }

    private static double cer(List<DemoPages.Read> pages) {
        CharacterErrorRate rate = new CharacterErrorRate(false);
        pages.forEach(page -> rate.add(page.truth(), page.text()));
        return rate.scores().cer();
    }

    /** What is told to those who never see an image. */
    private Map<String, String> withoutBlobs() {
        Map<String, String> settings = new HashMap<>(cluster);
        settings.remove("blobs.uri");
        return settings;
    }

    private FeedbackConfig feedbackConfig() {
        return DemoCommand.bind(
                FeedbackConfig.class,
                withoutBlobs(),
                Map.of("feedback.state-dir", folder.resolve("feedback").toString(), "feedback.http.enabled", "false"));
    }

    private TrainerConfig trainerConfig(int labels) throws IOException {
        Compute compute = model.compute();
        return DemoCommand.bind(
                TrainerConfig.class,
                cluster,
                Map.of(
                        "model.dir",
                        model.folder().toString(),
                        "model.dtype",
                        compute.type().name(),
                        "model.device",
                        ComputeDevice.name(compute.device()),
                        "trainer.dir",
                        folder.resolve("trainer").toString(),
                        "trainer.min-labels",
                        Integer.toString(labels * 3 / 4),
                        // A demo is short: fewer steps than a trainer takes its time for.
                        "trainer.finetune.epochs",
                        EPOCHS,
                        "trainer.finetune.least-steps",
                        "0",
                        "trainer.drawn-pages",
                        "0",
                        // Nine pages of print tell half a point from nothing no better than chance.
                        "gate.max-regression",
                        "0.02"));
    }
}
