package dev.scriptorium.standalone;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line: one class per command, each with a {@link Console} mixed in.
 *
 * <p>Exit status: 0 done, 1 failed, 2 called wrongly, 130 stopped by Ctrl-C, 143 by SIGTERM.
 */
@Command(
        name = "scriptorium",
        description = "Scanned pages on one Kafka topic become recognized text on another.",
        mixinStandardHelpOptions = true,
        versionProvider = Scriptorium.Version.class,
        subcommands = {
            HelpCommand.class,
            DemoCommand.class,
            IngestCommand.class,
            SubscribeCommand.class,
            CorrectCommand.class,
            UpCommand.class,
            TrainCommand.class,
            AdaptersCommand.class,
            LineageCommand.class,
            ForgetCommand.class,
            DeadLettersCommand.class,
            ReocrCommand.class,
            RecognizeCommand.class,
            EvaluateCommand.class,
            PretrainCommand.class,
            CalibrateCommand.class,
            FinetuneCommand.class,
            ParityCommand.class,
            BenchCommand.class,
        })
public final class Scriptorium implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Scriptorium.class);

    /** Longer than any single step of a model, so that a stop finds a place to stop at. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec;

    /** Runs one command and exits with its status. */
    public static void main(String[] args) {
        CountDownLatch done = new CountDownLatch(1);
        CommandLine command = commandLine().setOut(utf8(FileDescriptor.out)).setErr(utf8(FileDescriptor.err));
        stopOrderly(command, Thread.currentThread(), done);
        int status = CommandLine.ExitCode.SOFTWARE;
        try {
            status = command.execute(args);
        } finally {
            done.countDown();
        }
        System.exit(status);
    }

    /** Recognized text is Unicode, whatever the locale says. */
    private static PrintWriter utf8(FileDescriptor stream) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), true);
    }

    /**
     * Ctrl-C and SIGTERM ask the command to stop and wait for it: libtorch frees its memory when the process
     * exits, which must not happen under a thread that still computes.
     */
    private static void stopOrderly(CommandLine command, Thread thread, CountDownLatch done) {
        Thread hook = new Thread(
                () -> {
                    if (running(command) instanceof Stoppable stoppable) {
                        stoppable.stop();
                    } else {
                        thread.interrupt();
                    }
                    try {
                        if (!done.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                            LOG.warn("stopped in the middle of its work after {} s", GRACE.toSeconds());
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "stop-orderly");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The command that was called; the parser itself where none is known yet. */
    private static Object running(CommandLine command) {
        CommandLine.ParseResult parsed = command.getParseResult();
        while (parsed != null && parsed.hasSubcommand()) {
            parsed = parsed.subcommand();
        }
        return parsed == null ? command : parsed.commandSpec().userObject();
    }

    /** The parser with every command and the house's way of reporting errors; tests call it in process. */
    static CommandLine commandLine() {
        return new CommandLine(new Scriptorium())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Scriptorium::report);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is required");
    }

    /** A failure is one line for people; the stack is in the debug log for those who mend it. */
    private static int report(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        LOG.debug("command={} failed", command.getCommandName(), failure);
        if (failure instanceof InterruptedException) { // by Ctrl-C or SIGTERM, which decide the exit status
            command.getErr().println(command.getCommandSpec().qualifiedName() + ": stopped");
            Thread.currentThread().interrupt();
            return CommandLine.ExitCode.SOFTWARE;
        }
        StringBuilder line = new StringBuilder(command.getCommandSpec().qualifiedName());
        String last = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (!last.contains(message)) {
                line.append(": ").append(message);
                last = message;
            }
        }
        command.getErr().println(command.getColorScheme().errorText(line.toString()));
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** Reads the version that the build wrote. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            Properties properties = new Properties();
            try (InputStream in = Scriptorium.class.getResourceAsStream("version.properties")) {
                properties.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException("version.properties: cannot be read", e);
            }
            return new String[] {"scriptorium " + properties.getProperty("version")};
        }
    }
}
