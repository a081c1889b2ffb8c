package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.MissingPage;
import java.util.Locale;

/** What files say in words, and how they write numbers. */
final class Notes {
    /** Who wrote the file. */
    static final String SOFTWARE = "Scriptorium";

    private Notes() {}

    static String missing(MissingPage page) {
        return "page " + page.number() + " is missing: " + page.code();
    }

    /** A probability, four digits behind the point. */
    static String probability(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
