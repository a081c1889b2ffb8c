package dev.scriptorium.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A worker process and the signals for it. */
final class WorkerProcess implements AutoCloseable {

    private final List<String> command;
    private final Path log;
    private Process process;

    /**
     * Prepares a process.
     *
     * @param reader what reads the pages
     * @param seed of the fast reader's pauses
     */
    WorkerProcess(
            Stage.Place place,
            String id,
            WorkerConfig.Protocol protocol,
            ChaosWorker.Reader reader,
            long seed,
            boolean transactions) {
        this.log = place.blobs().resolve(id + "-" + protocol + ".log");
        this.command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChaosWorker.class.getName(),
                place.bootstrap(),
                place.registryUrl(),
                place.blobs().toString(),
                place.prefix(),
                id,
                protocol.name(),
                Long.toString(seed),
                Boolean.toString(transactions),
                reader.name());
    }

    void start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** SIGKILL: nothing is finished, nobody is told. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** SIGTERM: finishes what is in flight and leaves the group. */
    void leave() {
        process.destroy();
    }

    /** SIGSTOP: stands still, holding what it has. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT: goes on, not knowing what happened meanwhile. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " " + process.pid() + ": exit 0 expected, " + status + " found");
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Where it writes to. */
    Path log() {
        return log;
    }

    /** Ends it the friendly way, or else the other. */
    @Override
    public void close() {
        if (isAlive()) {
            process.destroy();
            process.onExit().completeOnTimeout(null, 15, TimeUnit.SECONDS).join();
            kill();
        }
    }
}
