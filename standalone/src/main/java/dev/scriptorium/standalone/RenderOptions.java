package dev.scriptorium.standalone;

import dev.scriptorium.ingest.RenderSettings;
import dev.scriptorium.schemas.settings.Settings;
import dev.scriptorium.schemas.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How documents become pictures. Mix it into a command with {@code @Mixin RenderOptions render}. */
final class RenderOptions {

    @Option(names = "--dpi", paramLabel = "N", description = "Dots per inch of pages of a PDF; default 300.")
    private Optional<String> dpi = Optional.empty();

    @Option(
            names = "--render-timeout",
            paramLabel = "SECONDS",
            description = "Processor time that making a picture of one page may take; default 8.")
    private Optional<Integer> timeoutSeconds = Optional.empty();

    @Option(names = "--password", paramLabel = "WORD", description = "Opens encrypted documents.")
    private Optional<String> password = Optional.empty();

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "The same, from a file's first line, out of the sight of other users.")
    private Optional<Path> passwordFile = Optional.empty();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** What was given, as settings of the section {@code render}. */
    Map<String, String> given() throws IOException {
        Map<String, String> given = new HashMap<>();
        dpi.ifPresent(dots -> given.put("render.dpi", dots));
        timeoutSeconds.ifPresent(seconds -> given.put("render.timeout", seconds + "s"));
        if (password.isPresent() && passwordFile.isPresent()) {
            throw new ParameterException(command.commandLine(), "--password or --password-file expected, both found");
        }
        password.ifPresent(word -> given.put("render.password", word));
        if (passwordFile.isPresent()) {
            given.put(
                    "render.password",
                    Files.readString(passwordFile.get()).lines().findFirst().orElse(""));
        }
        return given;
    }

    /** The settings where there is no file of settings. */
    RenderSettings settings() throws IOException {
        try {
            return Settings.load(Optional.empty(), Map.of(), given())
                    .bind(Section.class)
                    .render();
        } catch (SettingsException e) {
            throw new ParameterException(command.commandLine(), e.getMessage());
        }
    }

    /** The section alone. */
    private record Section(RenderSettings render) {}
}
