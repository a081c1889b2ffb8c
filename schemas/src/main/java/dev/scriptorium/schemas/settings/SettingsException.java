package dev.scriptorium.schemas.settings;

import java.util.List;

/** The configuration cannot be used. The message holds one problem a line, ready to be shown; secrets are hidden. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    SettingsException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** Each names a key, what is expected and the value. */
    public List<String> problems() {
        return problems;
    }
}
