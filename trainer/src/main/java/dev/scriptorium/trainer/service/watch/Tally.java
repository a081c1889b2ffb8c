package dev.scriptorium.trainer.service.watch;

/**
 * A number that was taken of some pages.
 *
 * @param pages how many
 * @param sum of their values
 * @param squares sum of the values' squares
 * @param weight sum of what the values are parts of; the number of pages where each is a value of its own
 */
public record Tally(int pages, double sum, double squares, double weight) {
    /** Of no pages. */
    static final Tally NONE = new Tally(0, 0, 0, 0);

    /** What is known of pages that others have counted. */
    static Tally of(int pages, double value) {
        return new Tally(pages, value * pages, value * pages, pages);
    }

    Tally plus(double value, double of) {
        return new Tally(pages + 1, sum + value, squares + value * value, weight + of);
    }

    /** The mean, or the ratio of the sums. */
    double value() {
        return weight == 0 ? 0 : sum / weight;
    }

    /** Variance of a page's value, where each is a value of its own. */
    double variance() {
        double mean = value();
        return pages < 2 ? 0 : Math.max(0, squares / pages - mean * mean);
    }
}
