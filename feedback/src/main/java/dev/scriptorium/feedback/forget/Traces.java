package dev.scriptorium.feedback.forget;

import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the topics hold of a document, and who else uses its blobs. Filled by reading them all once. Not thread-safe.
 */
final class Traces {
    private final String document;
    /** Pages with a value that compaction keeps, by topic. */
    private final Map<String, Set<String>> kept = new TreeMap<>();
    /** Number of records that only time removes, by topic. */
    private final Map<String, Integer> passing = new TreeMap<>();
    /** Blobs of each page of the document, and of the pages of others, as far as they are still pointed at. */
    private final Map<String, Map<String, BlobRef>> own = new HashMap<>();

    private final Map<String, Set<String>> others = new HashMap<>();
    private final Set<String> ingested = new TreeSet<>();
    /** Topics keyed by document that know it. */
    private final Set<String> registers = new TreeSet<>();

    private final Set<String> answered = new HashSet<>();
    /** Pages whose recognition was taken back. */
    private final Set<String> withdrawn = new HashSet<>();

    Traces(String document) {
        this.document = document;
    }

    /** The document of a page. */
    static String document(String pageId) {
        return pageId.substring(0, Math.max(0, pageId.lastIndexOf('/')));
    }

    /** The topics whose last word on a page stays until it is taken back. */
    static List<Topic<?>> compacted(Topics topics) {
        return topics.all().stream()
                .filter(topic -> topic.compacted() && !topic.equals(topics.adapters()))
                .toList();
    }

    /** Reads all topics that are keyed by page or document. */
    void read(TopicScan scan, Topics topics) {
        register(scan, topics.intake());
        keep(scan, topics.recognitions(), page -> page.getBlob());
        keep(scan, topics.shadows(), page -> page.getBlob());
        keep(scan, topics.corrections(), correction -> Optional.empty());
        keep(scan, topics.labeled(), label -> label.getBlob());
        keep(scan, topics.quarantine(), label -> label.getLabel().getBlob());
        scan.all(topics.recognitions(), (place, pageId, page) -> {
            withdrawn.remove(pageId);
            if (page.isEmpty()) {
                withdrawn.add(pageId);
            }
        });
        scan.all(topics.pages(), (place, pageId, page) -> {
            if (document(pageId).equals(document)) {
                passing.merge(place.getTopic(), 1, Integer::sum);
                ingested.add(pageId);
            }
            page.filter(image -> !withdrawn.contains(pageId) || document(pageId).equals(document))
                    .flatMap(image -> image.getBlob())
                    .ifPresent(blob -> pointed(pageId, blob));
        });
        scan.all(topics.deadLetters(), (place, pageId, letter) -> {
            if (document(pageId).equals(document)) {
                passing.merge(place.getTopic(), 1, Integer::sum);
                answered.add(pageId);
            }
        });
        kept.getOrDefault(topics.recognitions().name(), Set.of()).forEach(answered::add);
    }

    private <T extends SpecificRecord> void register(TopicScan scan, Topic<T> topic) {
        scan.all(topic, (place, id, value) -> {
            if (id.equals(document) && value.isPresent()) {
                registers.add(topic.name());
            } else if (id.equals(document)) {
                registers.remove(topic.name());
            }
        });
    }

    private <T extends SpecificRecord> void keep(TopicScan scan, Topic<T> topic, Function<T, Optional<BlobRef>> blob) {
        Map<String, Optional<BlobRef>> latest = new HashMap<>();
        scan.all(topic, (place, pageId, value) -> {
            if (value.isPresent()) {
                latest.put(pageId, blob.apply(value.get()));
            } else {
                latest.remove(pageId);
            }
        });
        latest.forEach((pageId, pointed) -> {
            if (document(pageId).equals(document)) {
                kept.computeIfAbsent(topic.name(), name -> new TreeSet<>()).add(pageId);
            }
            pointed.ifPresent(ref -> pointed(pageId, ref));
        });
    }

    private void pointed(String pageId, BlobRef blob) {
        if (document(pageId).equals(document)) {
            own.computeIfAbsent(pageId, page -> new TreeMap<>()).put(blob.getSha256(), blob);
        } else {
            others.computeIfAbsent(blob.getSha256(), sha -> new TreeSet<>()).add(pageId);
        }
    }

    /** Keys with something to take back, by topic: pages, and the document itself. */
    Map<String, Set<String>> kept() {
        Map<String, Set<String>> all = new TreeMap<>(kept);
        registers.forEach(topic -> all.put(topic, Set.of(document)));
        return all;
    }

    /** Records that only time removes, by topic. */
    Map<String, Integer> passing() {
        return passing;
    }

    /** Every page of the document that is known. */
    Set<String> pages() {
        Set<String> pages = new TreeSet<>(ingested);
        kept.values().forEach(pages::addAll);
        pages.addAll(own.keySet());
        answered.stream().filter(page -> document(page).equals(document)).forEach(pages::add);
        return pages;
    }

    /** Pages that were taken in and have neither result nor dead letter: they are going to be read. */
    Set<String> awaited() {
        Set<String> awaited = new TreeSet<>(ingested);
        awaited.removeAll(answered);
        awaited.removeAll(withdrawn);
        return awaited;
    }

    /** The document's blobs by digest. */
    Map<String, BlobRef> blobs() {
        Map<String, BlobRef> blobs = new TreeMap<>();
        own.values().forEach(blobs::putAll);
        return blobs;
    }

    /** Pages of other documents that use a blob as well. */
    Set<String> othersWith(String sha256) {
        return others.getOrDefault(sha256, Set.of());
    }
}
