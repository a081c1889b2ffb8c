package dev.scriptorium.standalone;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import static org.assertj.core.api.Assertions.assertThat;

class ScriptoriumTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Command(name = "count")
    static final class Count implements Callable<Integer> {
        @Mixin
        Console console;

        @Override
        public Integer call() {
            console.say("counting");
            console.result(Map.of("n", 3));
            return 0;
        }
    }

    @Command(name = "fail")
    static final class Fail implements Callable<Integer> {
        @Override
        public Integer call() {
            throw new IllegalStateException("outer", new IllegalArgumentException("inner"));
        }
    }

    @Test
    void printsTextForPeople() {
        assertThat(execute("count")).isZero();
        assertThat(out).hasToString("counting\n");
    }

    @Test
    void printsNothingButOneJsonObjectForMachines() {
        assertThat(execute("count", "--json")).isZero();
        assertThat(out).hasToString("{\"n\":3}\n");
        assertThat(err).hasToString("counting\n");
    }

    @Test
    void exitsWithOneAndOneLineWhenACommandFails() {
        assertThat(execute("fail")).isEqualTo(1);
        assertThat(err.toString()).contains("scriptorium fail: outer: inner").hasLineCount(1);
    }

    @Test
    void exitsWithTwoOnBadUsage() {
        assertThat(execute("count", "--jsn")).isEqualTo(2);
        assertThat(err.toString()).contains("--json");
        assertThat(execute()).isEqualTo(2);
    }

    @Test
    void knowsItsVersion() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).matches("scriptorium [0-9]+\\.[0-9]+\\.[0-9]+.*\n");
    }

    private int execute(String... args) {
        CommandLine commandLine = Scriptorium.commandLine()
                .addSubcommand(new Count())
                .addSubcommand(new Fail())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }
}
