package dev.scriptorium.trainer.service.run;

import dev.scriptorium.trainer.service.gate.GateVerdict;
import java.util.Objects;

/**
 * What a run came to, written to disk before anything of it is published: a run that was killed then publishes the same.
 *
 * @param adapterId sha256 of the new adapter's files
 * @param samples trained on, drawn ones left out
 * @param active the adapter it was compared with; empty for the base model
 * @param verdict what the gate says
 * @param decidedAt milliseconds since 1970
 */
public record Outcome(String adapterId, int samples, String active, GateVerdict verdict, long decidedAt) {
    public Outcome {
        Objects.requireNonNull(adapterId, "adapterId");
        Objects.requireNonNull(active, "active");
        Objects.requireNonNull(verdict, "verdict");
    }
}
