package dev.scriptorium.model.eval;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares what was read with what is written, over any number of samples.
 *
 * <p>Both texts are first brought to NFC, runs of white space to one space, none at the ends. Rates are
 * edit distance over the truth's length, so a reading that runs on can exceed 1. Not thread-safe.
 */
public final class CharacterErrorRate {
    private final boolean foldCase;
    private final List<Double> rates = new ArrayList<>();
    private long characterErrors;
    private long characters;
    private long wordErrors;
    private long words;
    private int exact;

    /**
     * Begins without samples.
     *
     * @param foldCase true to take capital and small letters for the same
     */
    public CharacterErrorRate(boolean foldCase) {
        this.foldCase = foldCase;
    }

    /**
     * What came out.
     *
     * @param samples texts compared
     * @param cer sum of all character errors over sum of all characters of the truth
     * @param medianCer median over samples; one runaway reading does not move it
     * @param cappedCer mean over samples, each counted as at most 1
     * @param wer as {@code cer}, in words
     * @param exact share 0..1 of samples without error
     */
    public record Scores(int samples, double cer, double medianCer, double cappedCer, double wer, double exact) {}

    /**
     * Adds a sample.
     *
     * @return its own rate; for an empty truth 0 if nothing was read, else 1
     */
    public double add(String truth, String reading) {
        String expected = normalize(truth);
        String found = normalize(reading);
        int[] expectedCharacters = expected.codePoints().toArray();
        int errors = EditDistance.between(expectedCharacters, found.codePoints().toArray());
        characterErrors += errors;
        characters += expectedCharacters.length;

        Map<String, Integer> numbers = new HashMap<>();
        int[] expectedWords = words(expected, numbers);
        wordErrors += EditDistance.between(expectedWords, words(found, numbers));
        words += expectedWords.length;

        exact += errors == 0 ? 1 : 0;
        double rate = rate(errors, expectedCharacters.length);
        rates.add(rate);
        return rate;
    }

    /** The scores so far; all rates 0 without samples. */
    public Scores scores() {
        double[] sorted =
                rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double capped =
                Arrays.stream(sorted).map(rate -> Math.min(rate, 1)).average().orElse(0);
        double exactShare = sorted.length == 0 ? 0 : (double) exact / sorted.length;
        return new Scores(
                sorted.length,
                rate(characterErrors, characters),
                median(sorted),
                capped,
                rate(wordErrors, words),
                exactShare);
    }

    /** The error rate of one reading, without folding case. */
    public static double of(String truth, String reading) {
        return new CharacterErrorRate(false).add(truth, reading);
    }

    /** The text as it is compared. */
    public String normalize(String text) {
        String folded = foldCase ? text.toLowerCase(Locale.ROOT) : text;
        StringBuilder clean = new StringBuilder(folded.length());
        boolean space = false;
        for (int at = 0; at < folded.length(); ) {
            int character = folded.codePointAt(at);
            at += Character.charCount(character);
            if (Character.isWhitespace(character) || Character.isSpaceChar(character)) {
                space = true;
            } else {
                if (space && !clean.isEmpty()) {
                    clean.append(' ');
                }
                space = false;
                clean.appendCodePoint(character);
            }
        }
        return Normalizer.normalize(clean, Normalizer.Form.NFC);
    }

    private static int[] words(String text, Map<String, Integer> numbers) {
        if (text.isEmpty()) {
            return new int[0];
        }
        return Arrays.stream(text.split(" ", -1))
                .mapToInt(word -> numbers.computeIfAbsent(word, unseen -> numbers.size()))
                .toArray();
    }

    private static double rate(long errors, long length) {
        if (length == 0) {
            return errors == 0 ? 0 : 1;
        }
        return (double) errors / length;
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return 0;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
