package dev.scriptorium.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sample pages of this build, with what they say. */
final class Samples {
    private static final String FOLDER = "samples/";
    private static final String PAGE_BREAK = "\n\f\n";

    private Samples() {}

    /** Copies the images to a folder, as a user's scans would lie there, in the order in which a demo shows them. */
    static List<DemoPages.Original> write(Path folder) throws IOException {
        List<DemoPages.Original> samples = new ArrayList<>();
        for (String name :
                text("index.txt").lines().filter(line -> !line.isBlank()).toList()) {
            String truth = text(name.substring(0, name.lastIndexOf('.')) + ".txt");
            Path file = folder.resolve(name);
            try (InputStream in = open(name)) {
                Files.copy(in, file);
            }
            samples.add(new DemoPages.Original(file, Optional.empty(), List.of(truth.split(PAGE_BREAK, -1))));
        }
        return samples;
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
