package dev.scriptorium.trainer.service;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The way to ask for a run now: a file in {@code requests/} of the trainer's folder, named after the domain as in a URL
 * and ending in {@code .run}. It is taken away when the run begins.
 */
public final class RunRequests {
    /** So that no domain's name is one of a folder. */
    private static final String SUFFIX = ".run";

    private final Path dir;

    /** @param trainerDir the trainer's folder */
    public RunRequests(Path trainerDir) {
        dir = trainerDir.resolve("requests");
    }

    /** Asks for a run of a domain; asking twice is asking once. */
    public void ask(String domain) throws IOException {
        Files.createDirectories(dir);
        Files.writeString(file(domain), "");
    }

    /** Domains that a run was asked for. */
    Set<String> asked() throws IOException {
        Set<String> domains = new TreeSet<>();
        if (Files.isDirectory(dir)) {
            try (Stream<Path> files = Files.list(dir)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(SUFFIX))
                        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                        .forEach(name -> domains.add(URLDecoder.decode(name, StandardCharsets.UTF_8)));
            }
        }
        return domains;
    }

    /** The run has begun, or cannot. */
    void done(String domain) throws IOException {
        Files.deleteIfExists(file(domain));
    }

    private Path file(String domain) {
        return dir.resolve(URLEncoder.encode(domain, StandardCharsets.UTF_8) + SUFFIX);
    }
}
