package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.GateResult;
import dev.scriptorium.schemas.LearnedPage;
import dev.scriptorium.schemas.OffsetRange;
import dev.scriptorium.trainer.service.labels.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** On a real broker, with a learner that needs no model: what is published when, and how often. */
class TrainerServiceIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int LEARNED = 12;
    private static final int HELD_OUT = 8;

    private static Broker broker;

    @TempDir
    private Path dir;

    private String prefix;
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
        prefix = "t" + Long.toHexString(System.nanoTime()) + ".";
        stage = new Stage(broker, prefix);
        config = Stage.config(broker.clients(), prefix, dir, LEARNED);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    @ParameterizedTest
    @EnumSource(names = "NEVER", mode = EnumSource.Mode.EXCLUDE)
    void goesOnWithTheSameRunAndPublishesItOnceWhereverItIsKilled(DoomedTrainer.Moment moment) throws Exception {
        send(0, LEARNED);
        sendHeldOut();
        Process doomed = start(moment);
        awaitTrue("standing still", () -> Files.exists(dir.resolve(DoomedTrainer.MARK)));
        Path plan = config.trainer().dir().resolve("run/plan.json");
        String planned = Files.readString(plan);
        doomed.destroyForcibly().onExit().join();

        Process next = start(DoomedTrainer.Moment.NEVER);
        awaitTrue("the run to be settled", () -> !Files.exists(plan));
        next.destroy();
        assertThat(next.waitFor(30, TimeUnit.SECONDS)).isTrue();

        List<AdapterManifest> manifests = stage.manifests(1, PATIENCE);
        assertThat(manifests).hasSize(1);
        assertThat(manifests.get(0).getState()).isEqualTo(AdapterState.ACTIVE);
        assertThat(consumedBy(manifests.get(0))).isEqualTo(stage.consumed(config));
        assertThat(stage.changes()).extracting(AdapterChange::getManifest).isEqualTo(manifests);
        String run = planned.replaceAll(".*?\"id\":\"([0-9a-f]+)\".*", "$1");
        assertThat(Files.readAllLines(dir.resolve("steps.log")))
                .isEqualTo(IntStream.rangeClosed(1, ScriptedLearner.STEPS)
                        .mapToObj(step -> run + " " + step)
                        .toList());
    }

    @Test
    void learnsWhatIsNewFromTheAdapterInUseOn() throws Exception {
        sendHeldOut();
        try (RunningTrainer trainer = new RunningTrainer(config, new ScriptedLearner(dir.resolve("log"), step -> {}))) {
            send(0, LEARNED);
            AdapterManifest first = stage.manifests(1, PATIENCE).get(0);
            send(LEARNED, LEARNED);
            AdapterManifest second = stage.manifests(2, PATIENCE).get(1);

            assertThat(first.getParent()).isEmpty();
            assertThat(first.getSamples()).isEqualTo(LEARNED);
            assertThat(second.getParent()).isEqualTo(first.getAdapterId());
            assertThat(second.getActive()).isEqualTo(second.getAdapterId());
            assertThat(second.getSamples()).isEqualTo(LEARNED + LEARNED / 2);
            assertThat(second.getGate())
                    .extracting(GateResult::getSet, GateResult::getPages)
                    .containsExactly(tuple("held-out", HELD_OUT), tuple("regression", 0));
            List<AdapterChange> changes = stage.changes();
            assertThat(changes).extracting(AdapterChange::getManifest).containsExactly(first, second);
            assertThat(changes.get(1).getLearned())
                    .filteredOn(LearnedPage::getReplayed)
                    .hasSize(LEARNED / 2)
                    .allSatisfy(page -> assertThat(changes.get(0).getLearned())
                            .contains(LearnedPage.newBuilder(page)
                                    .setReplayed(false)
                                    .build()));
            assertThat(changes.get(1).getLearned())
                    .hasSize(LEARNED + LEARNED / 2)
                    .allSatisfy(page -> assertThat(page.getReviewers()).containsExactly("Zoë"));
            assertThat(changes.get(1).getHeldOut())
                    .containsExactlyInAnyOrderElementsOf(Labels.documents(Side.HELD_OUT, HELD_OUT).stream()
                            .map(document -> document + "/1")
                            .toList());
            for (OffsetRange range : second.getTrainedOn()) {
                assertThat(range.getFrom())
                        .isGreaterThanOrEqualTo(consumedBy(first).getOrDefault(range.getPartition(), 0L));
            }
            trainer.check();
        }
    }

    @Test
    void waitsUntilItIsAskedAndThenLearnsWhatThereIs() throws Exception {
        send(0, 3);
        sendHeldOut();
        try (RunningTrainer trainer = new RunningTrainer(config, new ScriptedLearner(dir.resolve("log"), step -> {}))) {
            new RunRequests(config.trainer().dir()).ask(Stage.DOMAIN);
            assertThat(stage.manifests(1, PATIENCE).get(0).getSamples()).isBetween(1, 3);
            trainer.check();
        }
    }

    @Test
    void dropsARunWhenALabelThatItLearnsIsWithdrawn() throws Exception {
        send(0, LEARNED);
        sendHeldOut();
        CountDownLatch halfWay = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ScriptedLearner learner = new ScriptedLearner(dir.resolve("log"), step -> {
            if (step == 3) {
                halfWay.countDown();
                await(goOn);
            }
        });
        try (RunningTrainer trainer = new RunningTrainer(config, learner)) {
            await(halfWay);
            stage.withdraw(Labels.documents(Side.TRAIN, 1).get(0));
            Path images = config.trainer().dir().resolve("labels");
            awaitTrue("the label to be gone", () -> count(images) == LEARNED + HELD_OUT - 1);
            goOn.countDown();
            awaitTrue(
                    "the run to be dropped",
                    () -> !Files.exists(config.trainer().dir().resolve("run/plan.json")));
            trainer.check();
        }
        assertThat(stage.manifests(0, PATIENCE)).isEmpty();
        assertThat(count(config.trainer().dir().resolve("images"))).isEqualTo(LEARNED + HELD_OUT - 1);
    }

    private void send(int from, int count) throws Exception {
        for (String document : Labels.documents(Side.TRAIN, from + count).subList(from, from + count)) {
            stage.label(document, Labels.image(document), "text of " + document);
        }
    }

    private void sendHeldOut() throws Exception {
        for (String document : Labels.documents(Side.HELD_OUT, HELD_OUT)) {
            stage.label(document, Labels.image(document), "text of " + document);
        }
    }

    private static Map<Integer, Long> consumedBy(AdapterManifest manifest) {
        return manifest.getTrainedOn().stream()
                .collect(Collectors.toMap(OffsetRange::getPartition, OffsetRange::getUntil, Math::max, TreeMap::new));
    }

    private Process start(DoomedTrainer.Moment moment) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DoomedTrainer.class.getName(),
                broker.clients().get("bootstrap.servers"),
                broker.clients().get("schema.registry.url"),
                prefix,
                dir.toString(),
                Integer.toString(LEARNED),
                moment.name()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve(moment + ".log").toFile())
                .start();
    }

    private static long count(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitTrue(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(what + " expected within " + PATIENCE);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
