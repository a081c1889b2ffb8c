package dev.scriptorium.ingest;

import java.util.List;

/**
 * What an ingest did.
 *
 * @param sent pages that Kafka has, in the order of sending
 * @param refused documents and pages that were not taken in
 * @param repeated documents with the same bytes as an earlier one of this run; sent once
 * @param passedOver files found in folders that are text, such as notes and tables
 */
public record IngestReport(
        List<SentPage> sent, List<RefusedException> refused, List<Document> repeated, List<Document> passedOver) {
    public IngestReport {
        sent = List.copyOf(sent);
        refused = List.copyOf(refused);
        repeated = List.copyOf(repeated);
        passedOver = List.copyOf(passedOver);
    }
}
