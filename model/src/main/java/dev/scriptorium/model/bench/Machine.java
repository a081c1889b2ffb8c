package dev.scriptorium.model.bench;

import ai.djl.util.Platform;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a benchmark ran on.
 *
 * @param processor its name, or the architecture where the system does not tell
 * @param cores as this JVM sees them
 * @param memoryBytes of the machine
 * @param system operating system and version
 * @param java version of the JVM
 * @param libtorch version of the library that computes
 * @param commit of this build's source, with a + where files differ from it; {@code unknown} unless the launcher told
 * @param load how many processes wanted a core, on average over the minute before; negative where the system
 *     does not tell. Where it is not near 0, wall clock figures are of a shared machine
 */
public record Machine(
        String processor,
        int cores,
        long memoryBytes,
        String system,
        String java,
        String libtorch,
        String commit,
        double load) {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** This machine, now. */
    public static Machine current() {
        return new Machine(
                field(CPU_INFO, "model name", SYSTEM.getArch()),
                SYSTEM.getAvailableProcessors(),
                SYSTEM.getTotalMemorySize(),
                SYSTEM.getName() + " " + SYSTEM.getVersion(),
                Runtime.version().toString(),
                Platform.detectPlatform("pytorch").getVersion(),
                System.getProperty("scriptorium.commit", "unknown"),
                SYSTEM.getSystemLoadAverage());
    }

    /** Nanoseconds of processor time that this process has used, all threads together. */
    public static long cpuNanos() {
        return SYSTEM.getProcessCpuTime();
    }

    private static String field(Path file, String name, String otherwise) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(otherwise);
        } catch (IOException | UncheckedIOException e) {
            return otherwise; // not Linux
        }
    }
}
