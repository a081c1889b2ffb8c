package dev.scriptorium.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How a command speaks: text for people, or with {@code --json} one JSON object on the last line of
 * standard output and everything else on standard error. Mix it into a command with
 * {@code @Mixin Console console}.
 */
final class Console {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--json",
            description = "Print one JSON object on the last line of standard output, all else on standard error.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** True when the caller is a machine. */
    boolean json() {
        return json;
    }

    /** Prints a line for people. */
    void say(String line) {
        PrintWriter writer = json ? err() : out();
        writer.println(line);
        writer.flush();
    }

    /** Prints an object as one line of JSON for people and machines alike, as results stream by. */
    void line(Object object) {
        try {
            say(JSON.writeValueAsString(object));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("line of type " + object.getClass().getName() + " is not JSON", e);
        }
    }

    /**
     * Prints the command's result for machines; without {@code --json} nothing happens.
     *
     * @param result a record, a map or anything else that Jackson writes as an object
     */
    void result(Object result) {
        if (!json) {
            return;
        }
        try {
            out().println(JSON.writeValueAsString(result));
            out().flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "result of type " + result.getClass().getName() + " is not JSON", e);
        }
    }

    /**
     * Reads an option's value.
     *
     * @throws ParameterException if the value is refused: the command was called wrongly
     */
    <T> T option(String name, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Starts a progress bar on standard error; where that is no terminal nothing is drawn.
     *
     * @param label what is counted, e.g. {@code pages}
     * @param total how many there will be
     */
    ProgressBar progress(String label, long total) {
        return new ProgressBar(Ansi.AUTO.enabled() ? err() : null, System::nanoTime, label, total);
    }

    /** The command line that this console speaks for. */
    CommandLine commandLine() {
        return command.commandLine();
    }

    private PrintWriter out() {
        return command.commandLine().getOut();
    }

    private PrintWriter err() {
        return command.commandLine().getErr();
    }
}
