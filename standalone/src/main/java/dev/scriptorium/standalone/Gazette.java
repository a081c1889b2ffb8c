package dev.scriptorium.standalone;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The notices in blackletter that the demo teaches. */
final class Gazette {
    /** The domain of its pages. */
    static final String DOMAIN = "gazette";

    private static final String FOLDER = "samples/gazette/";

    private Gazette() {}

    /** Copies the notices to a folder, each a document of its own name. */
    static List<DemoPages.Original> write(Path folder) throws IOException {
        Map<String, String> truths;
        try (InputStream in = open("truth.json")) {
            truths = new ObjectMapper().readValue(in, new TypeReference<Map<String, String>>() {});
        }
        Files.createDirectories(folder);
        List<DemoPages.Original> notices = new ArrayList<>();
        for (Map.Entry<String, String> notice : truths.entrySet()) {
            Path file = folder.resolve(notice.getKey());
            try (InputStream in = open(notice.getKey())) {
                Files.copy(in, file);
            }
            String name = notice.getKey().substring(0, notice.getKey().lastIndexOf('.'));
            notices.add(new DemoPages.Original(file, Optional.of(name), List.of(notice.getValue())));
        }
        return notices;
    }

    private static InputStream open(String name) {
        InputStream in = Gazette.class.getResourceAsStream(FOLDER + name);
        if (in == null) {
            throw new IllegalStateException("resource " + FOLDER + name + " expected in this build, none found");
        }
        return in;
    }
}
