package dev.scriptorium.model;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The large test data that lies beside the source, not in it: the folder {@code shared}, found above
 * the module's folder or named by the system property {@code scriptorium.shared}.
 */
public final class Shared {
    private Shared() {}

    /** A file or folder in it; the calling test is skipped, aloud, where the data is absent. */
    public static Path path(String relative) {
        Path root = root();
        assumeTrue(
                root != null,
                "skipped: no folder 'shared' with reference/SPEC.md above this module, and no"
                        + " -Dscriptorium.shared");
        return root.resolve(relative);
    }

    private static Path root() {
        String given = System.getProperty("scriptorium.shared");
        if (given != null) {
            return Path.of(given);
        }
        for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
            Path candidate = dir.resolve("shared");
            if (Files.exists(candidate.resolve("reference").resolve("SPEC.md"))) {
                return candidate;
            }
        }
        return null;
    }
}
