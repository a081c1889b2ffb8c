package dev.scriptorium.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Another program that a benchmark runs beside this build, so that both are measured on the same machine. */
final class PeerProcess {
    /** What the shell prints about its children: user and system time. */
    private static final Pattern TIMES = Pattern.compile("(\\d+)m([\\d.]+)s (\\d+)m([\\d.]+)s");

    /**
     * What came of it.
     *
     * @param output all that it wrote, standard output and error
     * @param cpuSeconds processor time, user and system, all its threads
     */
    record Result(String output, double cpuSeconds) {}

    private PeerProcess() {}

    /** The program of this name that a shell would find. */
    static Optional<Path> find(String name) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(file -> file.toFile().canExecute())
                .findFirst();
    }

    /**
     * Runs a program to its end.
     *
     * @throws IOException if it does not end with exit status 0
     */
    static Result run(Map<String, String> environment, List<String> command) throws IOException, InterruptedException {
        List<String> timed = new ArrayList<>(List.of("sh", "-c", "\"$@\" || exit; times", "sh"));
        timed.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(timed).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(command.get(0) + ": exit status 0 expected, " + status + " found: "
                    + output.substring(Math.max(0, output.length() - 500)).strip());
        }
        List<String> lines = output.lines().toList();
        Matcher times = TIMES.matcher(lines.get(lines.size() - 1));
        if (!times.matches()) {
            throw new IOException("sh: times of its children expected, '" + lines.get(lines.size() - 1) + "' found");
        }
        double seconds = 60 * number(times, 1) + number(times, 2) + 60 * number(times, 3) + number(times, 4);
        return new Result(String.join("\n", lines.subList(0, lines.size() - 2)), seconds);
    }

    private static double number(Matcher times, int group) {
        return Double.parseDouble(times.group(group));
    }
}
