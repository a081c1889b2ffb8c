package dev.scriptorium.trainer.service.watch;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.scriptorium.trainer.service.labels.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Trials on disk, in {@code watch/} of the trainer's folder. One that is lost begins anew and hears the same documents,
 * as far as their labels are still there.
 */
public final class Trials {
    private static final TypeReference<Trial> TRIAL = new TypeReference<>() {};

    private final Path dir;
    private final WatchRules rules;

    /** @param dir the trainer's folder */
    public Trials(Path dir, WatchRules rules) {
        this.dir = dir.resolve("watch");
        this.rules = rules;
    }

    /** The trial of an adapter against another since it reads; a new one if there is none under these rules. */
    public Trial find(String domain, String adapterId, String against, Instant since) throws IOException {
        Path file = file(domain, adapterId, against, since.toEpochMilli());
        if (Files.exists(file)) {
            Trial trial = DurableFiles.readJson(file, TRIAL);
            if (trial.margin() == rules.margin() && trial.cap() == rules.cap()) {
                return trial;
            }
        }
        return Trial.begin(domain, adapterId, against, since, rules);
    }

    /** Writes a trial down. */
    public void keep(Trial trial) throws IOException {
        DurableFiles.writeJson(file(trial.domain(), trial.adapterId(), trial.against(), trial.since()), trial);
    }

    private Path file(String domain, String adapterId, String against, long since) {
        String name = DurableFiles.sha256(domain + "\n" + adapterId + "\n" + against + "\n" + since);
        return dir.resolve(name.substring(0, 32) + ".json");
    }
}
