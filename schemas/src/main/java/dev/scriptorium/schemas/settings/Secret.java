package dev.scriptorium.schemas.settings;

import java.util.Objects;

/** A value that must not show up in logs: {@link #toString()} hides it, {@link #reveal()} does not. */
public final class Secret {
    /** What is printed instead. */
    public static final String MASK = "***";

    private final String value;

    public Secret(String value) {
        this.value = Objects.requireNonNull(value, "value");
    }

    /** The value itself, for the one place that needs it. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return MASK;
    }
}
