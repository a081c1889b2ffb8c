package dev.scriptorium.worker;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.Rollout;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Worker processes are killed, frozen, started and stopped while 2,000 pages pass through. The seed of a
 * run is in its log; {@code -Dscriptorium.chaos.seed} repeats it as far as processes can be repeated.
 */
@ExtendWith(Broker.Shared.class)
class ExactlyOnceIT {

    private static final Logger LOG = LoggerFactory.getLogger(ExactlyOnceIT.class);
    private static final int PAGES = 2_000;
    private static final Duration DEADLINE = Duration.ofSeconds(90);
    /** A frozen worker is out of the group after this. */
    private static final Duration FROZEN = Duration.ofMillis(Broker.SESSION_TIMEOUT_MILLIS + 1_500);

    @TempDir
    Path directory;

    @TempDir
    Path drawn;

    private final Broker broker;
    private Stage stage;
    private Random random;
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();

    ExactlyOnceIT(Broker broker) {
        this.broker = broker;
    }

    @BeforeEach
    void start() {
        long seed = Long.getLong("scriptorium.chaos.seed", System.nanoTime());
        LOG.info("event=chaos seed={}", seed);
        random = new Random(seed);
        stage = new Stage(broker, directory, "chaos-" + Long.toHexString(System.nanoTime()) + ".", PageLimits.DEFAULT);
    }

    @AfterEach
    void stop() {
        workers.forEach(WorkerProcess::close);
        stage.close();
    }

    @ParameterizedTest
    @EnumSource
    void showsEveryPageOnceAndInOrderThroughCrashesZombiesAndRebalances(WorkerConfig.Protocol protocol)
            throws Exception {
        WorkerProcess first = worker("first", protocol, true);
        WorkerProcess second = worker("second", protocol, true);
        WorkerProcess guest = worker("guest", protocol, true);
        first.start();
        second.start();

        try (Stage.Results results = stage.results()) {
            sendMoreAndSeeSome(results);
            first.kill();
            first.start();
            guest.start();
            sendMoreAndSeeSome(results);
            second.freeze();
            long frozenAt = System.nanoTime();
            sendMoreAndSeeSome(results);
            guest.leave();
            while (System.nanoTime() - frozenAt < FROZEN.toNanos()) {
                results.poll();
            }
            sendMoreAndSeeSome(results);
            second.thaw();
            sendMoreAndSeeSome(results);
            first.kill();
            first.start();
            restartIfFenced(second);
            send(PAGES - sent.size());
            results.await(PAGES, DEADLINE);

            workers.forEach(WorkerProcess::close);
            results.readToEnd();
            assertThat(results.letters).isEmpty();
            assertThat(sources(results)).isEqualTo(everyOffsetOnceInOrder());
        }
    }

    @Test
    void seesADuplicateWhenTransactionsAreOff() throws Exception {
        WorkerProcess worker = worker("only", WorkerConfig.Protocol.CONSUMER, false);
        worker.start();

        try (Stage.Results results = stage.results()) {
            sendMoreAndSeeSome(results, ChaosWorker.CONTROL_PAGES);
            worker.kill();
            worker.start();
            long deadline = System.nanoTime() + DEADLINE.toNanos();
            while (duplicates(results) == 0 && System.nanoTime() - deadline < 0) {
                results.poll();
            }
            assertThat(duplicates(results)).isPositive();
            worker.kill();
        }
    }

    @Test
    void readsEveryLineOnceAndOnceMoreInTheShadowThroughKills() throws Exception {
        Path bundled = BundledModel.folder();
        String digest;
        try (Checkpoint checkpoint = Checkpoint.open(bundled)) {
            digest = checkpoint.digest();
        }
        LoraAdapter shadow;
        try (AdapterPress press = new AdapterPress(stage, drawn, ModelConfig.read(bundled), digest)) {
            shadow = press.draw(4, 0.1, 1);
            stage.publish(press.manifest("letters", shadow)
                    .setState(AdapterState.CANDIDATE)
                    .setActive("")
                    .setCandidate(shadow.id())
                    .setRollout(Rollout.SHADOW)
                    .setShare(1)
                    .build());
        }
        WorkerProcess worker = worker("nano", WorkerConfig.Protocol.CONSUMER, ChaosWorker.Reader.NANO, true);
        worker.start();

        try (Stage.Results results = stage.results();
                Stage.Follower<Recognition> shadows = stage.shadows()) {
            for (int i = 0; i < 120; i++) {
                sent.add(stage.send(Stage.page("line" + i + "/1")
                        .setMode("line")
                        .setDomain("letters")
                        .setImage(line("Line " + i))
                        .build()));
            }
            results.await(1, DEADLINE);
            worker.kill();
            worker.start();
            results.await(30, DEADLINE);
            worker.kill();
            worker.start();
            results.await(sent.size(), DEADLINE);

            worker.close();
            results.readToEnd();
            assertThat(results.letters).isEmpty();
            assertThat(sources(results)).isEqualTo(everyOffsetOnceInOrder());
            assertThat(results.recognitions).allMatch(line -> line.getText().startsWith("L"));
            List<Recognition> second = shadows.readToEnd();
            assertThat(second)
                    .allMatch(line -> line.getAdapterId().equals(shadow.id()))
                    .extracting(Recognition::getPageId)
                    .containsExactlyInAnyOrderElementsOf(results.recognitions.stream()
                            .map(Recognition::getPageId)
                            .toList());
        }
    }

    /** A picture of a line. */
    private static ByteBuffer line(String text) throws IOException {
        BufferedImage image = new BufferedImage(220, 48, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, 220, 48);
        pen.setColor(Color.BLACK);
        pen.setFont(new Font(Font.SERIF, Font.PLAIN, 32));
        pen.drawString(text, 8, 36);
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return ByteBuffer.wrap(png.toByteArray());
    }

    private WorkerProcess worker(String id, WorkerConfig.Protocol protocol, boolean transactions) {
        return worker(id, protocol, ChaosWorker.Reader.FAST, transactions);
    }

    private WorkerProcess worker(
            String id, WorkerConfig.Protocol protocol, ChaosWorker.Reader reader, boolean transactions) {
        WorkerProcess worker =
                new WorkerProcess(stage.place(), id, protocol, reader, random.nextInt(1 << 20), transactions);
        workers.add(worker);
        return worker;
    }

    /** Sends pages, so that there is work to be cut short, and waits until some of it is done. */
    private void sendMoreAndSeeSome(Stage.Results results) {
        sendMoreAndSeeSome(results, 1 + random.nextInt(100));
    }

    private void sendMoreAndSeeSome(Stage.Results results, int some) {
        int before = results.size();
        send(Math.min(300, PAGES - sent.size()));
        results.await(Math.min(sent.size(), before + some), DEADLINE);
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            sent.add(stage.send(Stage.page("document" + sent.size() + "/1", "page " + sent.size())));
        }
    }

    /** A worker that was fenced after its sleep has exited; whoever runs it starts it again. */
    private static void restartIfFenced(WorkerProcess worker) throws Exception {
        if (!worker.isAlive()) {
            LOG.info("event=restarted worker={}", worker.log().getFileName());
            worker.start();
        }
    }

    private static int duplicates(Stage.Results results) {
        return results.size()
                - (int) results.recognitions.stream()
                        .map(Recognition::getPageId)
                        .distinct()
                        .count();
    }

    /** Offsets of the source pages per partition of the results, in the order seen. */
    private static Map<Integer, List<Long>> sources(Stage.Results results) {
        Map<Integer, List<Long>> offsets = new HashMap<>();
        for (int i = 0; i < results.size(); i++) {
            Recognition recognition = results.recognitions.get(i);
            int partition = results.raw.get(i).partition();
            assertThat(recognition.getSource().getPartition()).isEqualTo(partition);
            offsets.computeIfAbsent(partition, p -> new ArrayList<>())
                    .add(recognition.getSource().getOffset());
        }
        return offsets;
    }

    private Map<Integer, List<Long>> everyOffsetOnceInOrder() throws Exception {
        Map<Integer, List<Long>> offsets = new HashMap<>();
        for (Future<RecordMetadata> page : sent) {
            offsets.computeIfAbsent(page.get().partition(), p -> new ArrayList<>())
                    .add(page.get().offset());
        }
        return offsets;
    }
}
