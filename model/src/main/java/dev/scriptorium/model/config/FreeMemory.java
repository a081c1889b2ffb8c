package dev.scriptorium.model.config;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much memory this process can still take without swapping or being killed: what the machine has available or, if
 * that is less, what the control groups of the process leave it. What is only cached from files counts as free.
 */
public final class FreeMemory {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Path root;

    /** @param root of the file system that {@code proc} and {@code sys} are looked for in */
    FreeMemory(Path root) {
        this.root = root;
    }

    /** Bytes that can be taken now. */
    public static long bytes() {
        return new FreeMemory(Path.of("/")).available();
    }

    long available() {
        OptionalLong kibibytes = number(root.resolve("proc/meminfo"), "MemAvailable:");
        long free = kibibytes.isPresent() ? 1024 * kibibytes.getAsLong() : SYSTEM.getFreeMemorySize();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] group = line.split(":", 3);
            if (group.length == 3 && group[1].isEmpty()) {
                free = Math.min(free, left(root.resolve("sys/fs/cgroup"), group[2], true));
            } else if (group.length == 3 && List.of(group[1].split(",")).contains("memory")) {
                free = Math.min(free, left(root.resolve("sys/fs/cgroup/memory"), group[2], false));
            }
        }
        return Math.max(0, free);
    }

    /** What a group and those around it leave; a container may see its own group as the outermost one. */
    private static long left(Path mount, String group, boolean unified) {
        long least = Long.MAX_VALUE;
        Path at = mount.resolve(group.substring(1));
        while (at.startsWith(mount)) {
            OptionalLong limit = number(at.resolve(unified ? "memory.max" : "memory.limit_in_bytes"), "");
            OptionalLong used = number(at.resolve(unified ? "memory.current" : "memory.usage_in_bytes"), "");
            if (limit.isPresent() && used.isPresent()) {
                Path statistics = at.resolve("memory.stat");
                String prefix = unified ? "" : "total_";
                long cached = number(statistics, prefix + "inactive_file ").orElse(0)
                        + number(statistics, prefix + "active_file ").orElse(0);
                least = Math.min(least, limit.getAsLong() - used.getAsLong() + cached);
            }
            at = at.getParent();
        }
        return least;
    }

    /** The number behind a name at the beginning of a line; none where there is no such file, line or number. */
    private static OptionalLong number(Path file, String name) {
        Pattern pattern = Pattern.compile(Pattern.quote(name) + "\\s*(\\d{1,19})\\b.*");
        for (String line : lines(file)) {
            Matcher found = pattern.matcher(line);
            if (found.matches()) {
                return parse(found.group(1));
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong parse(String digits) {
        try {
            return OptionalLong.of(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            return OptionalLong.empty(); // beyond any memory: no limit
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // not Linux, or not ours to read
        }
    }
}
