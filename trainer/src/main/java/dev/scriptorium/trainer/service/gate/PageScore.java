package dev.scriptorium.trainer.service.gate;

import dev.scriptorium.model.eval.CharacterErrorRate;
import java.util.List;

/**
 * How one page was read.
 *
 * @param document whose page it is
 * @param characters of the truth
 * @param errors edit distance in characters
 * @param read characters of the reading
 * @param looped whether the model repeated itself
 * @param confidence 0..1, the model's own
 */
public record PageScore(String document, int characters, int errors, int read, boolean looped, double confidence) {
    private static final CharacterErrorRate NORMAL = new CharacterErrorRate(false);

    /** Compares a reading with what the page says. */
    public static PageScore of(GatePage page, Reading reading) {
        return of(page.documentId(), page.text(), reading);
    }

    /** Compares a reading with the truth of a page of a document. */
    public static PageScore of(String document, String truth, Reading reading) {
        int characters = length(truth);
        int read = length(reading.text());
        int errors = characters == 0
                ? read
                : Math.toIntExact(Math.round(CharacterErrorRate.of(truth, reading.text()) * characters));
        return new PageScore(document, characters, errors, read, reading.looped(), reading.confidence());
    }

    /** Character error rate of this page alone; an empty page is read right or wholly wrong. */
    double cer() {
        return characters == 0 ? Math.min(1, errors) : (double) errors / characters;
    }

    /** All errors over all characters. */
    public static double cer(List<PageScore> pages) {
        return ratio(pages.stream().mapToLong(PageScore::errors).sum(), pages);
    }

    /** All characters read over all true ones. */
    static double lengthRatio(List<PageScore> pages) {
        return ratio(pages.stream().mapToLong(PageScore::read).sum(), pages);
    }

    /** Share of pages that looped. */
    static double loopRate(List<PageScore> pages) {
        return pages.isEmpty()
                ? 0
                : (double) pages.stream().filter(PageScore::looped).count() / pages.size();
    }

    private static double ratio(long part, List<PageScore> pages) {
        long characters = pages.stream().mapToLong(PageScore::characters).sum();
        return (double) part / Math.max(1, characters);
    }

    private static int length(String text) {
        String normal = NORMAL.normalize(text);
        return normal.codePointCount(0, normal.length());
    }
}
