package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterEventKind;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterMeasure;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.Rollout;
import dev.scriptorium.trainer.service.labels.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** On a real broker: an adapter in use that reads worse than its parent goes, a good one stays, and drift is told. */
class WatchIT {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int LEARNED = 12;
    private static final int HELD_OUT = 8;
    private static final int LIVE = 30;

    private static Broker broker;

    @TempDir
    private Path dir;

    private Stage stage;
    private TrainerConfig config;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = new Broker();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void open() {
        String prefix = "w" + Long.toHexString(System.nanoTime()) + ".";
        stage = new Stage(broker, prefix);
        config = Stage.config(broker.clients(), prefix, dir, LEARNED);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    /** Two generations, so that the second one's parent reads something. */
    private List<AdapterManifest> twoGenerations() throws Exception {
        for (String document : Labels.documents(Side.HELD_OUT, HELD_OUT)) {
            stage.label(document, Labels.image(document), "text of " + document);
        }
        for (int run = 1; run <= 2; run++) {
            for (String document :
                    Labels.documents(Side.TRAIN, run * LEARNED).subList((run - 1) * LEARNED, run * LEARNED)) {
                stage.label(document, Labels.image(document), "text of " + document);
            }
            assertThat(stage.manifests(run, PATIENCE).get(run - 1).getState()).isEqualTo(AdapterState.ACTIVE);
        }
        return stage.manifests(2, PATIENCE);
    }

    /** Documents that nobody has met, held out so that they begin no run. */
    private static List<String> live() {
        return Labels.documents(Side.HELD_OUT, HELD_OUT + LIVE).subList(HELD_OUT, HELD_OUT + LIVE);
    }

    private static <T> List<T> await(int count, Supplier<List<T>> source) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<T> found = source.get();
            if (found.size() >= count) {
                return found;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(count + " within " + PATIENCE + " expected, found " + found);
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    private List<AdapterEvent> events(AdapterEventKind kind) {
        return stage.events().stream()
                .filter(event -> event.getKind().equals(kind.name()))
                .toList();
    }

    @Test
    void rollsBackAnAdapterThatReadsWorseThanItsParent() throws Exception {
        try (RunningTrainer trainer = new RunningTrainer(config, new ScriptedLearner(dir.resolve("log"), step -> {}))) {
            List<AdapterManifest> made = twoGenerations();
            String parent = made.get(0).getAdapterId();
            String adapter = made.get(1).getAdapterId();
            for (String document : live()) {
                String text = "text of " + document;
                stage.label(document, Labels.image(document), text, "#".repeat(text.length()), adapter);
            }

            AdapterManifest rolledBack = stage.manifests(3, PATIENCE).get(2);
            assertThat(rolledBack.getState()).isEqualTo(AdapterState.ROLLED_BACK);
            assertThat(rolledBack.getAdapterId()).isEqualTo(adapter);
            assertThat(rolledBack.getActive()).isEqualTo(parent);
            assertThat(rolledBack.getActiveFiles()).isEqualTo(made.get(0).getFiles());
            assertThat(rolledBack.getReason()).startsWith("CER 100.00 % on ");

            AdapterEvent event =
                    await(1, () -> events(AdapterEventKind.ROLLED_BACK)).get(0);
            assertThat(event.getAdapterId()).isEqualTo(adapter);
            assertThat(event.getActive()).isEqualTo(parent);
            assertThat(event.getMeasures()).extracting(AdapterMeasure::getName).containsExactly("cer", "evidence");
            assertThat(event.getMeasures().get(0).getValue()).isEqualTo(1);
            assertThat(event.getMeasures().get(0).getBaseline().orElseThrow()).isLessThan(1);
            AdapterChange change = stage.changes().get(2);
            assertThat(change.getManifest()).isEqualTo(rolledBack);
            assertThat(change.getAuthor()).isEqualTo(config.trainer().id());
            trainer.check();
        }
    }

    @Test
    void leavesAGoodAdapterAloneAndTellsItsNumbers() throws Exception {
        try (RunningTrainer trainer = new RunningTrainer(config, new ScriptedLearner(dir.resolve("log"), step -> {}))) {
            String adapter = twoGenerations().get(1).getAdapterId();
            for (String document : live()) {
                String text = "text of " + document;
                stage.label(document, Labels.image(document), text, "te" + "#".repeat(text.length() - 2), adapter);
            }
            List<AdapterEvent> watched = await(1, () -> events(AdapterEventKind.WATCHED).stream()
                    .filter(event -> event.getMeasures().get(0).getPages() == LIVE)
                    .toList());
            assertThat(watched.get(0).getAdapterId()).isEqualTo(adapter);
            AdapterMeasure cer = watched.get(0).getMeasures().get(0);
            assertThat(cer.getValue()).isLessThan(cer.getBaseline().orElseThrow());
            assertThat(stage.manifests(2, PATIENCE)).hasSize(2);
            trainer.check();
        }
    }

    @Test
    void comparesWhatIsReadInTheShadow() throws Exception {
        try (RunningTrainer trainer = new RunningTrainer(config, new ScriptedLearner(dir.resolve("log"), step -> {}))) {
            List<AdapterManifest> made = twoGenerations();
            String candidate = made.get(0).getAdapterId();
            String active = made.get(1).getAdapterId();
            stage.tryInShadow(candidate);
            for (String document : live()) {
                String text = "text of " + document;
                stage.shadow(document, "", candidate); // it failed
                stage.label(document, Labels.image(document), text, text, active);
            }
            AdapterManifest ended = stage.manifests(4, PATIENCE).get(3);
            assertThat(ended.getState()).isEqualTo(AdapterState.ROLLED_BACK);
            assertThat(ended.getAdapterId()).isEqualTo(candidate);
            assertThat(ended.getActive()).isEqualTo(active);
            assertThat(ended.getRollout()).isEqualTo(Rollout.FULL);

            stage.tryInShadow(candidate); // once more, on other documents
            for (String document : Labels.documents(Side.HELD_OUT, HELD_OUT + 2 * LIVE)
                    .subList(HELD_OUT + LIVE, HELD_OUT + 2 * LIVE)) {
                String text = "text of " + document;
                stage.shadow(document, text, candidate);
                stage.label(document, Labels.image(document), text, "te" + "#".repeat(text.length() - 2), active);
            }
            AdapterEvent watched = await(1, () -> events(AdapterEventKind.WATCHED).stream()
                            .filter(event -> event.getAdapterId().equals(candidate)
                                    && event.getMeasures().get(0).getPages() == LIVE)
                            .toList())
                    .get(0);
            assertThat(watched.getActive()).isEqualTo(active);
            assertThat(watched.getMeasures().get(0).getValue()).isZero();
            assertThat(watched.getMeasures().get(0).getBaseline().orElseThrow()).isGreaterThan(0.5);
            trainer.check();
        }
    }

    private void awaitFirstWindow(int pages) {
        Path file = config.trainer().dir().resolve("watch/drift.json");
        await(1, () -> {
            try {
                String state = Files.exists(file) ? Files.readString(file) : "";
                return state.contains("\"CONFIDENCE\":{\"pages\":" + pages) ? List.of(file) : List.of();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void tellsOfPagesThatBecomeDifferent() throws Exception {
        int window = config.watch().readings();
        try (RunningTrainer trainer = new RunningTrainer(config, new ScriptedLearner(dir.resolve("log"), step -> {}))) {
            String adapter = twoGenerations().get(1).getAdapterId();
            for (int page = 0; page < window; page++) {
                stage.recognize("usual-" + page, "OK", 0.9, adapter);
            }
            awaitFirstWindow(window); // partitions keep no order among each other
            for (int page = 0; page < window; page++) {
                stage.recognize("strange-" + page, "LOOP", 0.2, adapter);
            }
            List<AdapterEvent> drift = await(2, () -> events(AdapterEventKind.DRIFT));
            assertThat(drift)
                    .extracting(event -> event.getMeasures().get(0).getName())
                    .containsExactlyInAnyOrder("loopRate", "confidence");
            assertThat(drift).allSatisfy(event -> {
                assertThat(event.getDomain()).isEqualTo(Stage.DOMAIN);
                assertThat(event.getAdapterId()).isEqualTo(adapter);
                assertThat(event.getReporter()).isEqualTo(config.trainer().id());
            });
            trainer.check();
        }
    }
}
