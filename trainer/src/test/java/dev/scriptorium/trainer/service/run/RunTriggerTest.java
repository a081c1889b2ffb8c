package dev.scriptorium.trainer.service.run;

import dev.scriptorium.trainer.service.Labels;
import dev.scriptorium.trainer.service.labels.Label;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RunTriggerTest {
    private static final RunTrigger TRIGGER = new RunTrigger(2, Duration.ofMinutes(1), 3);
    private static final Label STORED_AT_1007 = Labels.label("a", "letters", 0, 7);
    private static final Label LATER = Labels.label("b", "letters", 0, 8);
    private static final Instant SOON = Instant.ofEpochMilli(2_000);

    @Test
    void beginsWhenThereAreEnoughNewLabels() {
        assertThat(due(List.of(STORED_AT_1007), 3, false, SOON)).isEmpty();
        assertThat(due(List.of(STORED_AT_1007, LATER), 3, false, SOON)).isEqualTo("count");
    }

    @Test
    void beginsWhenALabelHasWaitedLongEnough() {
        assertThat(due(List.of(STORED_AT_1007), 3, false, Instant.ofEpochMilli(61_006)))
                .isEmpty();
        assertThat(due(List.of(STORED_AT_1007), 3, false, Instant.ofEpochMilli(61_007)))
                .isEqualTo("time");
    }

    @Test
    void beginsWhenSomebodyAsks() {
        assertThat(due(List.of(STORED_AT_1007), 3, true, SOON)).isEqualTo("command");
    }

    @Test
    void neverBeginsWithNothingToLearnOrTooLittleToMeasureWith() {
        assertThat(due(List.of(), 3, true, SOON)).isEmpty();
        assertThat(due(List.of(STORED_AT_1007, LATER), 2, true, SOON)).isEmpty();
    }

    @Test
    void tellsWhatIsMissingOnlyWhereARunWouldBegin() {
        assertThat(missing(List.of(STORED_AT_1007, LATER), 2))
                .contains("at least 3 corrected pages")
                .contains("2 found");
        assertThat(missing(List.of(STORED_AT_1007, LATER), 3)).isEmpty();
        assertThat(missing(List.of(STORED_AT_1007), 2)).isEmpty();
    }

    private static String missing(List<Label> fresh, int heldOut) {
        return TRIGGER.missing(new Planner.Waiting(fresh, heldOut), false, SOON).orElse("");
    }

    private static String due(List<Label> fresh, int heldOut, boolean asked, Instant now) {
        return TRIGGER.due(new Planner.Waiting(fresh, heldOut), asked, now).orElse("");
    }
}
