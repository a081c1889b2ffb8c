package dev.scriptorium.trainer.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A trainer in a process of its own that stands still at a given moment, to be killed there. */
final class DoomedTrainer {

    /** Where it stands still. */
    enum Moment {
        /** In the middle of training. */
        TRAINING,
        /** The transaction is open; manifest and offsets are sent. */
        BEFORE_COMMIT,
        /** The transaction is committed; the trainer's own files do not know. */
        AFTER_COMMIT,
        /** It does not. */
        NEVER
    }

    /** Made when it stands still. */
    static final String MARK = "stands-still";

    private DoomedTrainer() {}

    /** Arguments: bootstrap, registry, prefix, folder, new labels that begin a run, moment. */
    public static void main(String[] args) throws IOException {
        Map<String, String> clients = Map.of("bootstrap.servers", args[0], "schema.registry.url", args[1]);
        Path dir = Path.of(args[3]);
        Moment moment = Moment.valueOf(args[5]);
        TrainerConfig config = Stage.config(clients, args[2], dir, Integer.parseInt(args[4]));
        ScriptedLearner learner = new ScriptedLearner(dir.resolve("steps.log"), step -> {
            if (moment == Moment.TRAINING && step == ScriptedLearner.STEPS / 2) {
                standStill(dir);
            }
        });
        KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(config.producerConfig(), new StringSerializer(), new ByteArraySerializer()) {
                    @Override
                    public void commitTransaction() {
                        if (moment == Moment.BEFORE_COMMIT) {
                            flush();
                            standStill(dir);
                        }
                        super.commitTransaction();
                        if (moment == Moment.AFTER_COMMIT) {
                            standStill(dir);
                        }
                    }
                };
        TrainerService service = TrainerService.open(config, learner, Clock.systemUTC(), producer);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            service.stop();
            try {
                main.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        service.run();
    }

    private static void standStill(Path dir) {
        try {
            Files.createFile(dir.resolve(MARK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        while (true) {
            LockSupport.park();
        }
    }
}
