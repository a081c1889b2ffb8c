package dev.scriptorium.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The sample pages of this build, with what they say. */
final class Samples {
    private static final String FOLDER = "samples/";
    private static final String PAGE_BREAK = "\n\f\n";

    /**
     * One document.
     *
     * @param name file name
     * @param truth text of each page
     */
    record Sample(String name, List<String> truth) {
        Sample {
            truth = List.copyOf(truth);
        }
    }

    private Samples() {}

    /** All of them, in the order in which a demo shows them. */
    static List<Sample> all() throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (String name :
                text("index.txt").lines().filter(line -> !line.isBlank()).toList()) {
            String truth = text(name.substring(0, name.lastIndexOf('.')) + ".txt");
            samples.add(new Sample(name, List.of(truth.split(PAGE_BREAK, -1))));
        }
        return samples;
    }

    /** Copies the images to a folder, as a user's scans would lie there. */
    static List<Path> write(List<Sample> samples, Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Sample sample : samples) {
            try (InputStream in = open(sample.name())) {
                Path file = folder.resolve(sample.name());
                Files.copy(in, file);
                files.add(file);
            }
        }
        return files;
    }

    private static String text(String name) throws IOException {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(String name) {
        InputStream in = Samples.class.getResourceAsStream(FOLDER + name);
        if (in == null) {
            throw new IllegalStateException("resource " + FOLDER + name + " expected in this build, none found");
        }
        return in;
    }
}
