package dev.scriptorium.trainer.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EpochOrderTest {
    @Test
    void everyEpochSeesEverySampleOnceInAnOrderOfItsOwn() {
        EpochOrder order = new EpochOrder(103, 10, 5);
        assertThat(order.stepsPerEpoch()).isEqualTo(11);
        List<List<Integer>> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Integer> seen = new ArrayList<>();
            for (int step = 0; step < 11; step++) {
                seen.addAll(order.step(epoch * 11L + step));
            }
            assertThat(seen)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 103).boxed().toList());
            epochs.add(seen);
        }
        assertThat(epochs).doesNotHaveDuplicates();
        assertThat(order.step(10)).hasSize(3);
    }

    @Test
    void theSameSeedGivesTheSameStepsAgain() {
        assertThat(new EpochOrder(50, 7, 1).step(12)).isEqualTo(new EpochOrder(50, 7, 1).step(12));
        assertThat(new EpochOrder(50, 7, 1).step(12)).isNotEqualTo(new EpochOrder(50, 7, 2).step(12));
    }
}
