package dev.scriptorium.ingest;

import dev.scriptorium.schemas.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Which folder is watched for documents.
 *
 * @param dir the folder with {@code inbox}, {@code working}, {@code done} and {@code failed} below it; without it none is
 *     watched
 * @param settle how long a file has to stay as it is before it is taken
 * @param interval how often the inbox is looked at
 */
public record WatchSettings(
        @Setting(doc = "watched folder, with inbox, working, done and failed below it")
        Optional<Path> dir,

        @Setting(value = "2s", doc = "how long a file has to stay as it is before it is taken")
        Duration settle,

        @Setting(value = "1s", doc = "how often the inbox is looked at")
        Duration interval) {

    /** No folder. */
    public static final WatchSettings DEFAULT =
            new WatchSettings(Optional.empty(), Duration.ofSeconds(2), Duration.ofSeconds(1));

    public WatchSettings {
        Objects.requireNonNull(dir, "dir");
        Objects.requireNonNull(settle, "settle");
        if (interval.isZero()) {
            throw new IllegalArgumentException("interval: more than nothing expected, " + interval + " found");
        }
    }
}
