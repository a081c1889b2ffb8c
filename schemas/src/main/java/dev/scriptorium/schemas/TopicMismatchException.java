package dev.scriptorium.schemas;

import java.util.List;

/** The cluster's topics or brokers do not suit the catalogue. The message holds one problem a line. */
public final class TopicMismatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    TopicMismatchException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** Each as place, expectation and value. */
    public List<String> problems() {
        return problems;
    }
}
