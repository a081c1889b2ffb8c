package dev.scriptorium.trainer.finetune;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which samples a step sees: every epoch has its own order, made from the run's seed and its number alone,
 * so that a resumed run goes on with the samples that come next.
 *
 * @param samples how many there are
 * @param stepSize how many a step sees; an epoch's last step sees what is left
 */
record EpochOrder(int samples, int stepSize, long seed) {
    EpochOrder {
        if (samples < 1 || stepSize < 1) {
            throw new IllegalArgumentException(
                    "order: samples and step size >= 1 expected, " + samples + ", " + stepSize + " found");
        }
    }

    long stepsPerEpoch() {
        return (samples + stepSize - 1L) / stepSize;
    }

    /** Indexes of the samples of a step, counted from 0. */
    List<Integer> step(long step) {
        long epoch = step / stepsPerEpoch();
        int first = Math.toIntExact(step % stepsPerEpoch()) * stepSize;
        List<Integer> order = IntStream.range(0, samples).boxed().collect(Collectors.toList());
        Collections.shuffle(order, new Random(seed * 0x9e3779b97f4a7c15L + epoch));
        return List.copyOf(order.subList(first, Math.min(first + stepSize, samples)));
    }
}
