package dev.scriptorium.trainer.service.gate;

import java.util.List;
import java.util.Objects;

/**
 * What the gate says.
 *
 * @param passed whether the adapter may be published
 * @param reason why, with the numbers, for people
 * @param results what was measured
 */
public record GateVerdict(boolean passed, String reason, List<SetResult> results) {
    public GateVerdict {
        Objects.requireNonNull(reason, "reason");
        results = List.copyOf(results);
    }
}
