package dev.scriptorium.ingest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What is asked of the model for the pages of a document.
 *
 * @param domain whose adapter reads the pages; empty for the base model
 * @param task what is to be read
 * @param mode resolution
 */
public record Asked(String domain, String task, String mode) {
    /** Tasks that workers know. */
    public static final List<String> TASKS = List.of("free-ocr", "document", "grounded-ocr", "figure", "describe");

    /** Modes that workers know. */
    public static final List<String> MODES =
            List.of("seed384", "tiny", "small", "base", "large", "gundam", "line", "auto");

    private static final int MAX_DOMAIN_CHARS = 100;

    public Asked {
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(mode, "mode");
    }

    /**
     * The same with its names checked: those of tasks and modes in any case. A worker could only put a page with
     * another one among the dead letters.
     *
     * @throws IllegalArgumentException if a name is not known
     */
    public Asked checked() {
        return new Asked(checkedDomain(), known("task", TASKS, task), known("mode", MODES, mode));
    }

    private String checkedDomain() {
        if (domain.length() > MAX_DOMAIN_CHARS || domain.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "domain: a name of at most " + MAX_DOMAIN_CHARS + " characters, none of them a control character,"
                            + " expected, one of " + domain.length() + " found");
        }
        return domain.strip();
    }

    private static String known(String place, List<String> names, String name) {
        String lower = name.strip().toLowerCase(Locale.ROOT);
        if (!names.contains(lower)) {
            throw new IllegalArgumentException(
                    place + ": one of " + String.join(", ", names) + " expected, '" + name + "' found");
        }
        return lower;
    }

    /** Everything that makes the taking in of a document another undertaking, shortened to a digest. */
    String digest(int dpi) {
        String all = String.join("\n", task, mode, domain, Integer.toString(dpi));
        return Digests.sha256(all.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
