package dev.scriptorium.documents.assemble;

import dev.scriptorium.schemas.AssembledDocument;
import dev.scriptorium.schemas.AssembledPage;
import dev.scriptorium.schemas.MissingPages;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Collects news of pages and publishes their documents: at once when the last page is in, after a time of patience when
 * pages do not come, and again when something changes. News of a page costs the same however long the document is; only
 * publishing reads all of its pages.
 *
 * <p>Patience is measured by this process's clock, from the latest news and from its start, so that what piled up while it
 * was away is read before anything is called late.
 */
final class Assembler implements Processor<String, PageNews, String, AssembledDocument> {
    /** State stores: what is known of each page, of each document, and when a document is to be looked at again. */
    static final String PAGES = "pages";

    static final String DOCUMENTS = "documents";
    static final String WAITING = "waiting";

    /** How often it looks whose time has come. */
    static final Duration LOOK = Duration.ofSeconds(1);

    /** How often it looks what may be forgotten. */
    static final Duration CLEAN = Duration.ofHours(6);

    /** The code of a page of which nothing was heard. */
    static final String NOT_YET = "NOT_YET";

    private static final String COMPLETE = "COMPLETE";
    private static final String INCOMPLETE = "INCOMPLETE";

    private final AssemblyRules rules;
    private final String recognitions;
    private final AssemblyCounts counts;
    private ProcessorContext<String, AssembledDocument> context;
    private KeyValueStore<String, PageNews> pages;
    private KeyValueStore<String, DocumentState> documents;
    private KeyValueStore<String, Long> waiting;
    private long started;

    /** @param recognitions the topic that documents point at */
    Assembler(AssemblyRules rules, String recognitions, AssemblyCounts counts) {
        this.rules = rules;
        this.recognitions = recognitions;
        this.counts = counts;
    }

    @Override
    public void init(ProcessorContext<String, AssembledDocument> newContext) {
        context = newContext;
        started = newContext.currentSystemTimeMs();
        pages = newContext.getStateStore(PAGES);
        documents = newContext.getStateStore(DOCUMENTS);
        waiting = newContext.getStateStore(WAITING);
        newContext.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, this::publishDue);
        newContext.schedule(CLEAN, PunctuationType.WALL_CLOCK_TIME, this::forgetOld);
    }

    @Override
    public void process(Record<String, PageNews> record) {
        String id = record.key();
        PageNews news = record.value();
        PageNews known = pages.get(pageKey(id, news.number()));
        if (news.kind() == PageNews.Kind.WITHDRAWN) {
            withdraw(id, news, known);
        } else if (known == null || !news.isStaleAfter(known)) {
            take(id, news, known);
        }
    }

    private void take(String id, PageNews news, PageNews known) {
        DocumentState before = documents.get(id) == null ? DocumentState.NEW : documents.get(id);
        pages.put(pageKey(id, news.number()), news);
        DocumentState state = recount(id, before, news);
        if (state.pageCount() == before.pageCount()) {
            state = count(count(state, known, -1), news, 1);
        }
        if (!news.documentName().isEmpty()) {
            state = state.named(news.documentName());
        }
        changed(id, state);
    }

    /** Takes the number of pages that was said last; pages beyond it are no part of the document any more. */
    private DocumentState recount(String id, DocumentState state, PageNews news) {
        int count = Math.min(news.pageCount(), rules.maxPages());
        if (count == 0 || news.timestamp() < state.countedAt()) {
            return state;
        }
        if (count == state.pageCount()) {
            return state.counted(count, news.timestamp(), state.read(), state.failed());
        }
        DocumentState recounted = state.counted(count, news.timestamp(), 0, 0);
        for (PageNews page : pagesOf(id, count)) {
            recounted = count(recounted, page, 1);
        }
        return recounted;
    }

    private static DocumentState count(DocumentState state, PageNews page, int by) {
        if (page == null || (state.pageCount() > 0 && page.number() > state.pageCount())) {
            return state;
        }
        return isRead(page) ? state.with(by, 0) : state.with(0, by);
    }

    /** Publishes what is whole, or puts it off. */
    private void changed(String id, DocumentState state) {
        long now = context.currentSystemTimeMs();
        DocumentState changed = state.changed(now);
        if (changed.knows().compareTo(DocumentState.Published.SOME) > 0
                && changed.knows().compareTo(changed.published()) > 0) {
            waiting.delete(id);
            publish(id, changed, now);
            return;
        }
        documents.put(id, changed);
        waiting.put(id, now + pause(changed));
    }

    private long pause(DocumentState state) {
        boolean ended = state.knows().compareTo(DocumentState.Published.SOME) > 0;
        return (ended ? rules.settle() : rules.patience()).toMillis();
    }

    /** Forgets a page; a document of which no reading is left is forgotten with all that is known of it. */
    private void withdraw(String id, PageNews news, PageNews known) {
        DocumentState state = documents.get(id);
        if (known == null || state == null) {
            return;
        }
        pages.delete(pageKey(id, news.number()));
        DocumentState after = count(state, known, -1);
        // Readings beyond the number of pages are not counted, so they are looked for, but only once there are no
        // others.
        if (after.read() > 0 || pagesOf(id, rules.maxPages()).stream().anyMatch(Assembler::isRead)) {
            changed(id, after);
        } else {
            forget(id);
            if (state.revision() > 0) {
                context.forward(new Record<>(id, null, context.currentSystemTimeMs()));
                counts.withdraw();
            }
        }
    }

    private static boolean isRead(PageNews page) {
        return page.kind() == PageNews.Kind.READ;
    }

    private void forget(String id) {
        for (PageNews page : pagesOf(id, rules.maxPages())) {
            pages.delete(pageKey(id, page.number()));
        }
        documents.delete(id);
        waiting.delete(id);
    }

    private void publishDue(long now) {
        List<String> due = new ArrayList<>();
        try (KeyValueIterator<String, Long> all = waiting.all()) {
            while (all.hasNext()) {
                KeyValue<String, Long> next = all.next();
                if (next.value <= now) {
                    due.add(next.key);
                }
            }
        }
        for (String id : due) {
            DocumentState state = documents.get(id);
            // After a start, what has come meanwhile is read first.
            if (now >= started + pause(state)) {
                waiting.delete(id);
                publish(id, state, now);
            }
        }
    }

    private void forgetOld(long now) {
        List<String> old = new ArrayList<>();
        try (KeyValueIterator<String, DocumentState> all = documents.all()) {
            while (all.hasNext()) {
                KeyValue<String, DocumentState> next = all.next();
                if (next.value.changedAt() < now - rules.retention().toMillis()) {
                    old.add(next.key);
                }
            }
        }
        old.forEach(this::forget);
    }

    private void publish(String id, DocumentState state, long now) {
        DocumentState published = state.withNextRevision();
        documents.put(id, published);
        boolean whole = state.knows() == DocumentState.Published.COMPLETE;
        int last = state.pageCount() > 0 ? state.pageCount() : rules.maxPages();
        List<AssembledPage> read = new ArrayList<>();
        Gaps gaps = new Gaps();
        int next = 1;
        for (PageNews page : pagesOf(id, last)) {
            gaps.add(next, page.number() - 1, NOT_YET);
            if (isRead(page)) {
                read.add(new AssembledPage(page.number(), page.partition(), page.offset(), page.code()));
            } else {
                gaps.add(page.number(), page.number(), page.code());
            }
            next = page.number() + 1;
        }
        gaps.add(next, state.pageCount(), NOT_YET);
        AssembledDocument document = AssembledDocument.newBuilder()
                .setDocumentId(id)
                .setDocumentName(state.name())
                .setState(whole ? COMPLETE : INCOMPLETE)
                .setRevision(published.revision())
                .setPageCount(state.pageCount())
                .setTopic(recognitions)
                .setPages(read)
                .setMissing(gaps.ranges)
                .setAssembledAt(Instant.ofEpochMilli(now))
                .build();
        context.forward(new Record<>(id, document, now));
        counts.publish(whole);
    }

    /** Pages that are missing, those that follow each other for the same reason as one range. */
    private static final class Gaps {
        private final List<MissingPages> ranges = new ArrayList<>();

        void add(int first, int last, String code) {
            if (last < first) {
                return;
            }
            int at = ranges.size() - 1;
            if (at >= 0
                    && ranges.get(at).getLast() == first - 1
                    && ranges.get(at).getCode().equals(code)) {
                ranges.set(at, new MissingPages(ranges.get(at).getFirst(), last, code));
            } else {
                ranges.add(new MissingPages(first, last, code));
            }
        }
    }

    private List<PageNews> pagesOf(String id, int last) {
        List<PageNews> found = new ArrayList<>();
        try (KeyValueIterator<String, PageNews> range = pages.range(pageKey(id, 1), pageKey(id, last))) {
            range.forEachRemaining(page -> found.add(page.value));
        }
        return found;
    }

    /** Sorts a document's pages together and by number. */
    private static String pageKey(String documentId, int number) {
        return String.format("%s\0%010d", documentId, number);
    }
}
