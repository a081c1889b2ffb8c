package dev.scriptorium.standalone;

import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.LearnedPage;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.trainer.adapters.AdapterLog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecord;

/** Answers what led to what, from the topics alone. Used by one thread. */
final class Lineage {
    private static final Pattern PAGE = Pattern.compile(".+/[0-9]+");

    private final TopicScan scan;
    private final Topics topics;
    private final AdapterLog log;

    Lineage(TopicScan scan, Topics topics) {
        this.scan = scan;
        this.topics = topics;
        log = AdapterLog.read(scan, topics);
    }

    /** Adapters, as they were when this was made. */
    AdapterLog log() {
        return log;
    }

    /**
     * A page's story, or those of all pages of a document; none if nobody knows it.
     *
     * @param id of a page or a document
     */
    List<PageStory> pages(String id) {
        Predicate<String> wanted =
                pageId -> pageId.equals(id) || document(pageId).equals(id);
        Map<String, List<PageStory.Read>> read = find(id, topics.recognitions(), wanted, PageStory.Read::of);
        Map<String, List<PageStory.Said>> said = find(id, topics.corrections(), wanted, PageStory.Said::of);
        Map<String, List<PageStory.Label>> labels = find(id, topics.labeled(), wanted, PageStory.Label::of);
        Map<String, List<PageStory.Doubted>> doubted = find(id, topics.quarantine(), wanted, PageStory.Doubted::of);
        Set<String> known = new HashSet<>();
        List.of(read, said, labels, doubted).forEach(stories -> known.addAll(stories.keySet()));
        for (AdapterChange change : log.changes()) {
            change.getLearned().stream()
                    .map(LearnedPage::getPageId)
                    .filter(wanted)
                    .forEach(known::add);
            change.getHeldOut().stream().filter(wanted).forEach(known::add);
        }
        return known.stream()
                .sorted()
                .map(page -> new PageStory(
                        page,
                        read.getOrDefault(page, List.of()),
                        said.getOrDefault(page, List.of()),
                        last(labels.get(page)),
                        last(doubted.get(page)),
                        PageStory.Taught.of(page, log, topics.labeled().name())))
                .toList();
    }

    private static <T> T last(List<T> values) {
        return values == null ? null : values.get(values.size() - 1);
    }

    /** By page, what stands on a topic; what lies before a tombstone was taken back. */
    private <T extends SpecificRecord, R> Map<String, List<R>> find(
            String id, Topic<T> topic, Predicate<String> wanted, BiFunction<SourceOffset, T, R> story) {
        Map<String, List<R>> found = new TreeMap<>();
        TopicScan.Visitor<T> visitor = (place, pageId, value) -> {
            if (!wanted.test(pageId)) {
                return;
            }
            if (value.isPresent()) {
                found.computeIfAbsent(pageId, page -> new ArrayList<>()).add(story.apply(place, value.get()));
            } else {
                found.remove(pageId);
            }
        };
        if (PAGE.matcher(id).matches()) {
            scan.partitionOf(id, topic, visitor);
            if (!found.isEmpty()) {
                return found;
            }
        }
        scan.all(topic, visitor); // a document may be called like a page
        return found;
    }

    private static String document(String pageId) {
        return pageId.substring(0, Math.max(0, pageId.lastIndexOf('/')));
    }

    private record Texts(String truth, String reading) {}

    /** An adapter's story. */
    AdapterStory adapter(AdapterLog.Known adapter) {
        Set<String> pages = new HashSet<>();
        scan.all(topics.recognitions(), (place, pageId, page) -> {
            pages.remove(pageId);
            if (page.filter(it -> it.getAdapterId().equals(adapter.id())).isPresent()) {
                pages.add(pageId);
            }
        });
        Map<String, Texts> reviewed = new LinkedHashMap<>();
        scan.all(topics.labeled(), (place, pageId, label) -> {
            reviewed.remove(pageId);
            label.filter(it -> it.getAdapterId().equals(adapter.id()))
                    .ifPresent(it -> reviewed.put(pageId, new Texts(it.getTrueText(), it.getRecognizedText())));
        });
        CharacterErrorRate cer = new CharacterErrorRate(false);
        reviewed.values().forEach(texts -> cer.add(texts.truth(), texts.reading()));
        Set<String> documents = new HashSet<>();
        pages.forEach(page -> documents.add(document(page)));
        return AdapterStory.of(
                adapter,
                log,
                topics.labeled().name(),
                new AdapterStory.Since(
                        pages.size(),
                        documents.size(),
                        reviewed.size(),
                        reviewed.isEmpty() ? null : cer.scores().cer()));
    }

    /**
     * Adapters that learned from a document.
     *
     * @param inherited true for those that did so only by being trained from one that had
     * @param pages labels of the document that its own run learned
     */
    record Learner(String adapterId, String domain, String state, boolean active, boolean inherited, int pages) {}

    /** Every adapter with something of a document in it. */
    List<Learner> learners(String documentId) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (AdapterLog.Known adapter : log.adapters()) {
            long pages = adapter.origin().getLearned().stream()
                    .filter(page -> page.getDocumentId().equals(documentId))
                    .count();
            counts.put(adapter.id(), Math.toIntExact(pages));
        }
        return log.adapters().stream()
                .filter(adapter -> log.line(adapter).stream().anyMatch(one -> counts.get(one.id()) > 0))
                .map(adapter -> new Learner(
                        adapter.id(),
                        adapter.manifest().getDomain(),
                        adapter.last().getState().name(),
                        !adapter.domains().isEmpty(),
                        counts.get(adapter.id()) == 0,
                        counts.get(adapter.id())))
                .toList();
    }
}
