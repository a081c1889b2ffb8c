package dev.scriptorium.trainer.service.run;

import dev.scriptorium.trainer.service.Labels;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.labels.Side;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PlannerTest {
    private static final Planner PLANNER = new Planner(100, 0.5, 4, 3);

    @Test
    void makesTheSamePlanOfTheSameLabelsInAnyOrder() {
        List<Label> labels = labels();
        List<Label> shuffled = new ArrayList<>(labels);
        Collections.shuffle(shuffled, new Random(1));
        Map<Integer, Long> consumed = Map.of(0, 6L);

        assertThat(PLANNER.plan("letters", shuffled, consumed, "parent", "base"))
                .isEqualTo(PLANNER.plan("letters", labels, consumed, "parent", "base"));
        assertThat(PLANNER.plan("letters", labels, consumed, "other", "base").seed())
                .isNotEqualTo(PLANNER.plan("letters", labels, consumed, "parent", "base")
                        .seed());
    }

    @Test
    void learnsWhatIsNewAndReplaysHalfAsMuchOfWhatIsNot() {
        Map<Integer, Long> consumed = Map.of(0, 10L, 1, 8L);
        RunPlan plan = PLANNER.plan("letters", labels(), consumed, "", "base");

        assertThat(plan.fresh())
                .isNotEmpty()
                .allMatch(label -> label.domain().equals("letters")
                        && label.side() == Side.TRAIN
                        && label.offset() >= consumed.get(label.partition()));
        assertThat(plan.replay())
                .hasSize(Math.toIntExact(Math.round(plan.fresh().size() * 0.5)))
                .allMatch(label -> label.domain().equals("letters")
                        && label.side() == Side.TRAIN
                        && label.offset() < consumed.get(label.partition()));
        assertThat(plan.samples()).doesNotHaveDuplicates();
    }

    @Test
    void measuresOnlyWithWhatIsNeverLearned() {
        RunPlan plan = PLANNER.plan("letters", labels(), Map.of(), "", "base");

        assertThat(plan.heldOut())
                .hasSize(4)
                .allMatch(
                        label -> label.side() == Side.HELD_OUT && label.domain().equals("letters"));
        assertThat(plan.regression())
                .hasSize(3)
                .allMatch(
                        label -> label.side() == Side.HELD_OUT && label.domain().equals("receipts"));
    }

    @Test
    void measuresWithEveryPageOfNoDomain() {
        List<Label> labels = new ArrayList<>(labels());
        List<Label> nobodys = Labels.documents(Side.TRAIN, 42).subList(40, 42).stream()
                .map(document -> Labels.label(document, "", 0, 1_000))
                .toList();
        labels.addAll(nobodys);

        assertThat(new Planner(100, 0.5, 4, 1_000)
                        .plan("letters", labels, Map.of(), "", "base")
                        .regression())
                .containsAll(nobodys);
    }

    @Test
    void leavesToTheNextRunWhatIsTooMuchForOne() {
        Planner few = new Planner(5, 0, 4, 0);
        List<Label> labels = labels();
        RunPlan first = few.plan("letters", labels, Map.of(), "", "base");
        RunPlan second = few.plan("letters", labels, first.consumed(), "", "base");

        assertThat(first.fresh()).hasSize(5);
        assertThat(first.publishedAt(Map.of())).isFalse();
        assertThat(first.publishedAt(first.consumed())).isTrue();
        assertThat(second.publishedAt(first.consumed())).isFalse();
        List<Label> both = new ArrayList<>(first.fresh());
        both.addAll(second.fresh());
        assertThat(both)
                .doesNotHaveDuplicates()
                .containsExactlyElementsOf(
                        Planner.waiting("letters", labels, Map.of()).fresh().subList(0, 10));
    }

    /** Of two domains on two partitions, in turn. */
    private static List<Label> labels() {
        List<Label> labels = new ArrayList<>();
        List<String> documents = new ArrayList<>(Labels.documents(Side.TRAIN, 40));
        documents.addAll(Labels.documents(Side.HELD_OUT, 12));
        for (int i = 0; i < documents.size(); i++) {
            labels.add(Labels.label(documents.get(i), i % 4 < 2 ? "letters" : "receipts", i % 2, i / 2));
        }
        return labels;
    }
}
