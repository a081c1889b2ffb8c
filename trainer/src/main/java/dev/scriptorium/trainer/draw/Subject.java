package dev.scriptorium.trainer.draw;

import dev.scriptorium.trainer.draw.TextLine.Kind;
import java.util.SplittableRandom;

/** What lines are about: the mix that is trained on, or one part of it, to measure that part alone. */
public enum Subject {
    MIXED,
    ENGLISH,
    GERMAN,
    FRENCH,
    VIETNAMESE,
    RECEIPTS;

    private static final int VIETNAMESE_UNTIL = 5;
    private static final int GERMAN_UNTIL = 7;
    private static final int FRENCH_UNTIL = 9;
    private static final int LANGUAGES = 10;

    /** The kind of one line, where {@code mixed} is what the mix would have it be. */
    Kind kind(Kind mixed) {
        return switch (this) {
            case MIXED -> mixed;
            case ENGLISH -> mixed == Kind.FOREIGN || mixed == Kind.FIGURES ? Kind.PROSE : mixed;
            case GERMAN, FRENCH, VIETNAMESE -> Kind.FOREIGN;
            case RECEIPTS -> Kind.FIGURES;
        };
    }

    /** The language of a line of another language than English; English means English words with foreign marks. */
    Subject language(SplittableRandom random) {
        if (this == GERMAN || this == FRENCH || this == VIETNAMESE) {
            return this;
        }
        int draw = random.nextInt(LANGUAGES);
        return draw < VIETNAMESE_UNTIL
                ? VIETNAMESE
                : draw < GERMAN_UNTIL ? GERMAN : draw < FRENCH_UNTIL ? FRENCH : ENGLISH;
    }
}
