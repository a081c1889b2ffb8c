package dev.scriptorium.standalone;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ProgressBarTest {

    private final AtomicLong nanos = new AtomicLong();
    private final StringWriter terminal = new StringWriter();
    private final ProgressBar bar = new ProgressBar(new PrintWriter(terminal), nanos::get, "pages", 4);

    @Test
    void showsHowManyHowFastAndHowLongStill() {
        nanos.addAndGet(2_000_000_000L);
        bar.step();
        assertThat(terminal.toString()).contains("pages [=======>").contains("1/4 0.5/s 6 s left");
    }

    @Test
    void drawsAtMostTenTimesASecondAndAlwaysTheEnd() {
        bar.step();
        bar.step();
        bar.step();
        bar.step();
        assertThat(terminal.toString())
                .contains("1/4")
                .doesNotContain("2/4", "3/4")
                .contains("4/4");
    }

    @Test
    void drawsNothingWithoutATerminal() {
        try (ProgressBar quiet = new ProgressBar(null, nanos::get, "pages", 1)) {
            quiet.step();
        }
        assertThat(terminal.toString()).isEmpty();
    }
}
