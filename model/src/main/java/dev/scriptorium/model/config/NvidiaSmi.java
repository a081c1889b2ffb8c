package dev.scriptorium.model.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What the driver's own program tells about a GPU. Where it is not installed nothing is told. */
public final class NvidiaSmi implements AutoCloseable {
    private static final String PROGRAM = "nvidia-smi";
    private static final int SAMPLE_MILLIS = 100;

    private final Process process;
    private final List<Integer> samples = new ArrayList<>();
    private final Thread reader;

    private NvidiaSmi(Process process) {
        this.process = process;
        reader = new Thread(this::read, PROGRAM);
        reader.setDaemon(true);
        reader.start();
    }

    /** The name of a GPU. */
    public static Optional<String> name(int number) {
        return query(number, "name");
    }

    /** Bytes of a GPU that nobody has taken. */
    public static OptionalLong freeMemory(int number) {
        Optional<String> mebibytes = query(number, "memory.free").filter(text -> text.matches("\\d{1,9}"));
        return mebibytes.isPresent() ? OptionalLong.of(Long.parseLong(mebibytes.get()) << 20) : OptionalLong.empty();
    }

    /** Begins to look ten times a second how busy a GPU is, until closed; nothing where the program is not. */
    public static Optional<NvidiaSmi> watch(int number) {
        return start(number, "utilization.gpu", "-lms", Integer.toString(SAMPLE_MILLIS))
                .map(NvidiaSmi::new);
    }

    /** Share of the time in which the GPU did something, on average since the last call; none if nothing was seen. */
    public OptionalDouble busy() {
        synchronized (samples) {
            OptionalDouble mean = samples.stream().mapToInt(Integer::intValue).average();
            samples.clear();
            return mean.isPresent() ? OptionalDouble.of(mean.getAsDouble() / 100) : mean;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.strip().matches("\\d{1,3}")) {
                    synchronized (samples) {
                        samples.add(Integer.valueOf(line.strip()));
                    }
                }
            }
        } catch (IOException e) {
            process.destroy(); // ended while being read
        }
    }

    private static Optional<String> query(int number, String field) {
        Optional<Process> asked = start(number, field);
        if (asked.isEmpty()) {
            return Optional.empty();
        }
        try (BufferedReader lines = asked.get().inputReader(StandardCharsets.US_ASCII)) {
            String line = lines.readLine();
            return asked.get().waitFor() == 0 && line != null ? Optional.of(line.strip()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<Process> start(int number, String field, String... more) {
        List<String> command = new ArrayList<>(List.of(
                PROGRAM, "--query-gpu=" + field, "--format=csv,noheader,nounits", "-i", Integer.toString(number)));
        command.addAll(List.of(more));
        try {
            return Optional.of(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            return Optional.empty(); // not installed
        }
    }
}
