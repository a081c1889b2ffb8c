package dev.scriptorium.ingest;

import java.util.List;
import java.util.Map;

/**
 * What an ingest did.
 *
 * @param sent pages that Kafka has, in the order of sending
 * @param documents which documents the ids of the pages mean
 * @param refused documents and pages that were not taken in
 * @param repeated documents with the same bytes as an earlier one of this run; sent once
 * @param passedOver files found in folders that are text, such as notes and tables
 * @param resumed pages of documents that an earlier, interrupted run was done with
 * @param earlier ids of those among them that it sent
 */
public record IngestReport(
        List<SentPage> sent,
        Map<String, Document> documents,
        List<RefusedException> refused,
        List<Document> repeated,
        List<Document> passedOver,
        int resumed,
        List<String> earlier) {
    public IngestReport {
        sent = List.copyOf(sent);
        documents = Map.copyOf(documents);
        refused = List.copyOf(refused);
        repeated = List.copyOf(repeated);
        passedOver = List.copyOf(passedOver);
        earlier = List.copyOf(earlier);
    }
}
