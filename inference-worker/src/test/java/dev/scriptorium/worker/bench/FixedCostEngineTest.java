package dev.scriptorium.worker.bench;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.text.Prompt;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FixedCostEngineTest {

    @Test
    void readsOnePageAfterTheOther() {
        Duration cost = Duration.ofMillis(5);
        try (FixedCostEngine engine = new FixedCostEngine(cost)) {
            long start = System.nanoTime();
            for (int ticket = 1; ticket <= 10; ticket++) {
                engine.add(ticket, page(ticket));
            }
            engine.cancel(4);
            List<Long> order = new ArrayList<>();
            while (engine.inFlight() > 0) {
                for (FinishedPage done : engine.step()) {
                    // not before its turn; how much later is the machine's affair
                    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(done.ticket() * cost.toNanos());
                    assertThat(((PageOutcome.Read) done.outcome()).reading().text())
                            .isEqualTo("page/" + done.ticket());
                    order.add(done.ticket());
                }
            }
            assertThat(order).containsExactly(1L, 2L, 3L, 5L, 6L, 7L, 8L, 9L, 10L);
            assertThat(engine.finished()).isEqualTo(9);
        }
    }

    private static PageRequest page(int number) {
        return new PageRequest("page/" + number, ByteBuffer.allocate(1), Prompt.FREE_OCR, Mode.TINY, "");
    }
}
