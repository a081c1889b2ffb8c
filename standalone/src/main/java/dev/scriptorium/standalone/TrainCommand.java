package dev.scriptorium.standalone;

import dev.scriptorium.trainer.service.RunRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks the trainer of {@code up} for a run. With {@code --json} the object is {@code {"domain"}}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Ask the trainer that up runs to learn a domain's new labels now, however few they are.",
            "It begins as soon as there is something new to learn and enough held-out pages to measure with."
        })
final class TrainCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DOMAIN", description = "Whose labels.")
    private String domain;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${sys:user.home}/.local/share/scriptorium",
            description = "The folder that up was given; default ${DEFAULT-VALUE}.")
    private Path data;

    @Mixin
    private Console console;

    @Override
    public Integer call() throws IOException {
        Path trainer = UpCommand.trainerFolder(data);
        if (!Files.isDirectory(trainer)) {
            throw new IOException(trainer + ": a trainer's folder expected, none found; --data names that of up");
        }
        new RunRequests(trainer).ask(domain);
        console.say("asked the trainer to learn the new labels of " + domain);
        console.result(Map.of("domain", domain));
        return 0;
    }
}
