package dev.scriptorium.feedback;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A feedback service in a process of its own, to be killed. */
final class FeedbackProcess implements AutoCloseable {
    private final Process process;

    private FeedbackProcess(Process process) {
        this.process = process;
    }

    static FeedbackProcess start(Map<String, String> clients, String prefix, Path stateDir, Path log)
            throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FeedbackProcess.class.getName(),
                clients.get("bootstrap.servers"),
                clients.get("schema.registry.url"),
                prefix,
                stateDir.toString());
        return new FeedbackProcess(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start());
    }

    /** Arguments: bootstrap, registry, prefix, state directory. */
    public static void main(String[] args) throws Exception {
        Map<String, String> clients = Map.of("bootstrap.servers", args[0], "schema.registry.url", args[1]);
        FeedbackConfig config = Broker.config(clients, args[2], Path.of(args[3]));
        FeedbackService.start(config, PlausibilityCheck.NONE, Clock.systemUTC());
        new CountDownLatch(1).await();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL: nothing is finished, nobody is told. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
