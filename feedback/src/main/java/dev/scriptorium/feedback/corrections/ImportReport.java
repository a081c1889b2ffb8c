package dev.scriptorium.feedback.corrections;

import java.util.List;

/**
 * What became of a batch.
 *
 * @param sent pages whose corrections were sent, in the batch's order
 * @param refused what was not, with the reason
 */
public record ImportReport(List<String> sent, List<Refused> refused) {
    public ImportReport {
        sent = List.copyOf(sent);
        refused = List.copyOf(refused);
    }

    /**
     * A row or a file that was refused.
     *
     * @param place file and line
     * @param message expectation and value
     */
    public record Refused(String place, String message) {}
}
