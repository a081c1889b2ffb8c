package dev.scriptorium.trainer.service.gate;

import dev.scriptorium.schemas.settings.Setting;

/**
 * What an adapter has to show.
 *
 * @param minPages held-out pages without which nothing is published
 * @param minDocuments held-out documents, likewise: pages of one document are no independent witnesses
 * @param certainty share of the bootstrap's resamples in which it must read better
 * @param resamples of the bootstrap
 * @param maxRegression rise of the CER on the regression set that is borne
 * @param maxLoopRise rise of the share of pages that loop that is borne, on either set
 * @param maxLengthShift how much further from 1 the length ratio may lie, on either set
 * @param maxMergeDifference CER between readings with the adapter beside the weights and inside them
 * @param maxContradicted share of held-out labels that may say something quite different from what is read with
 *     confidence before and after: more of them, and the labels themselves are in doubt
 */
public record GateRules(
        @Setting(value = "20", min = 1, doc = "held-out pages without which nothing is published")
        int minPages,

        @Setting(value = "5", min = 1, doc = "held-out documents without which nothing is published")
        int minDocuments,

        @Setting(value = "0.95", min = 0.5, max = 1, doc = "share of resamples in which an adapter must read better")
        double certainty,

        @Setting(value = "2000", min = 100, max = 1_000_000, doc = "resamples of the bootstrap")
        int resamples,

        @Setting(value = "0.01", min = 0, doc = "rise of the CER on the regression set that is borne")
        double maxRegression,

        @Setting(value = "0.02", min = 0, max = 1, doc = "rise of the share of looping pages that is borne")
        double maxLoopRise,

        @Setting(value = "0.1", min = 0, doc = "how much further from 1 the length ratio may lie")
        double maxLengthShift,

        @Setting(value = "0.02", min = 0, doc = "CER between readings beside and inside the weights")
        double maxMergeDifference,

        @Setting(
                value = "0.1",
                min = 0,
                max = 1,
                doc = "share of held-out labels that confident readings may contradict")
        double maxContradicted) {

    /** The rules of a trainer nobody has tuned. */
    public static final GateRules DEFAULT = new GateRules(20, 5, 0.95, 2000, 0.01, 0.02, 0.1, 0.02, 0.1);
}
