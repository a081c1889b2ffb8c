package dev.scriptorium.worker;

import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Pages that end the process that reads them. */
@ExtendWith(Broker.Shared.class)
class CrashIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PAGES = 60;

    @TempDir
    Path directory;

    private final Broker broker;
    private Stage stage;

    CrashIT(Broker broker) {
        this.broker = broker;
    }

    @BeforeEach
    void start() {
        stage = new Stage(broker, directory, "crash-" + Long.toHexString(System.nanoTime()) + ".", PageLimits.DEFAULT);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    /** Each process is another worker, as after a move to another machine: the count is kept by the cluster. */
    @Test
    void givesAPageUpThatEndsThreeWorkersAndReadsItsNeighbours() throws Exception {
        sendWithOneDeadly(FastEngine.HALT);

        List<WorkerProcess> workers = new ArrayList<>();
        try (Stage.Results results = stage.results()) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (results.size() < PAGES && System.nanoTime() - deadline < 0) {
                if (workers.isEmpty() || !workers.get(workers.size() - 1).isAlive()) {
                    WorkerProcess next = new WorkerProcess(
                            stage.place(),
                            "worker" + workers.size(),
                            WorkerConfig.Protocol.CONSUMER,
                            ChaosWorker.Reader.FAST,
                            1,
                            true);
                    next.start();
                    workers.add(next);
                }
                results.poll();
            }
            workers.forEach(WorkerProcess::close);
            results.readToEnd();

            assertThat(workers).as("three that ended, and one that went on").hasSize(4);
            assertEachPageOnce(results);
        } finally {
            workers.forEach(WorkerProcess::close);
        }
    }

    @Test
    void givesAPageUpThatBreaksTheEngineOfThreeWorkers() throws Exception {
        sendWithOneDeadly(FastEngine.BREAK);

        try (Stage.Results results = stage.results()) {
            for (int i = 0; i < 3; i++) {
                RunningWorker broken = new RunningWorker(stage.config("worker", WorkerConfig.Protocol.CLASSIC));
                assertThatThrownBy(() -> broken.end().join())
                        .isInstanceOf(CompletionException.class)
                        .hasMessageContaining("engine");
            }
            try (RunningWorker last = new RunningWorker(stage.config("worker", WorkerConfig.Protocol.CLASSIC))) {
                results.await(PAGES, PATIENCE);
                last.stop();
            }
            results.readToEnd();
            assertEachPageOnce(results);
        }
    }

    private void sendWithOneDeadly(String deadly) throws Exception {
        stage.send(IntStream.range(0, PAGES)
                .mapToObj(i -> Stage.page("page" + i + "/1", i == PAGES / 2 ? deadly : "page " + i))
                .toList());
    }

    private void assertEachPageOnce(Stage.Results results) {
        assertThat(results.size()).isEqualTo(PAGES);
        assertThat(new TreeSet<>(results.recognitions.stream()
                        .map(Recognition::getPageId)
                        .toList()))
                .hasSize(PAGES - 1);
        assertThat(results.letters).hasSize(1);
        DeadLetter letter = results.letters.get(0);
        assertThat(letter.getCode()).isEqualTo(ErrorCode.CRASHED.name());
        assertThat(letter.getPageId()).isEqualTo("page" + PAGES / 2 + "/1");
        assertThat(letter.getAttempts()).isEqualTo(3);
        assertThat(letter.getMessage()).contains("3 ended in the middle of it");
    }
}
