package dev.scriptorium.standalone;

import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.Region;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.eval.Reliability;
import dev.scriptorium.model.eval.WordAlignment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Compares the confidences of readings with what was right. */
final class ConfidenceScore {
    private final CharacterErrorRate as;
    private final boolean calibrated;
    private final Reliability images = new Reliability();
    private final Reliability words = new Reliability();
    private final List<Doubt> doubts = new ArrayList<>();

    private record Doubt(double confidence, double errors) {}

    /**
     * @param as how texts are compared
     * @param calibrated whether the confidences were learned for the weights that read
     */
    ConfidenceScore(CharacterErrorRate as, boolean calibrated) {
        this.as = as;
        this.calibrated = calibrated;
    }

    /**
     * Adds a reading. A page of several lines counts by its words alone: its confidence does not say that all of it is
     * right.
     *
     * @param rate its character error rate
     */
    void add(String truth, PageReading reading, double rate) {
        String expected = as.normalize(truth);
        double errors = rate * Math.max(1, expected.codePointCount(0, expected.length()));
        if (reading.regions().size() <= 1) {
            images.add(reading.confidence(), rate == 0);
        }
        doubts.add(new Doubt(reading.confidence(), errors));
        List<Region.Word> read = reading.regions().stream()
                .flatMap(region -> region.words().stream())
                .toList();
        boolean[] right = WordAlignment.right(
                List.of(expected.split(" ", -1)),
                read.stream().map(word -> as.normalize(word.text())).toList());
        for (int i = 0; i < right.length; i++) {
            words.add(read.get(i).confidence(), right[i]);
        }
    }

    /** The share of all character errors that the least sure tenth of the images holds. */
    double errorsInWorstTenth() {
        double all = doubts.stream().mapToDouble(Doubt::errors).sum();
        long tenth = Math.max(1, Math.round(doubts.size() / 10.0));
        double worst = doubts.stream()
                .sorted(Comparator.comparingDouble(Doubt::confidence))
                .limit(tenth)
                .mapToDouble(Doubt::errors)
                .sum();
        return all == 0 ? 0 : worst / all;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("calibrated", calibrated);
        json.put("errorsInWorstTenth", errorsInWorstTenth());
        if (images.samples() > 0) {
            json.put("ece", images.ece());
            json.put("reliability", images.bins());
        }
        if (words.samples() > 0) {
            json.put("wordEce", words.ece());
            json.put("wordReliability", words.bins());
        }
        return json;
    }

    /** For people: the numbers and a table of the intervals. */
    String table() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%scalibration error %.3f  of words %.3f  errors in the least sure tenth %.0f %%%n"
                        + "  confidence     images   mean  right      words   mean  right",
                calibrated ? "" : "confidence is not calibrated: ",
                images.ece(),
                words.ece(),
                100 * errorsInWorstTenth()));
        for (int bin = 0; bin < Reliability.BINS; bin++) {
            double from = (double) bin / Reliability.BINS;
            String image = cell(images, from);
            String word = cell(words, from);
            if (!image.isBlank() || !word.isBlank()) {
                text.append(String.format(
                        Locale.ROOT,
                        "%n  %3.0f to %3.0f %%%s%s",
                        100 * from,
                        100 * (from + 1.0 / Reliability.BINS),
                        image,
                        word));
            }
        }
        return text.toString();
    }

    private static String cell(Reliability reliability, double from) {
        return reliability.bins().stream()
                .filter(bin -> bin.from() == from)
                .map(bin -> String.format(
                        Locale.ROOT, "%8d  %5.1f  %5.1f   ", bin.n(), 100 * bin.confidence(), 100 * bin.right()))
                .findFirst()
                .orElse(" ".repeat(25));
    }
}
