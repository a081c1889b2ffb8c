package dev.scriptorium.documents.assemble;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.DocumentStatus;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.RefusedPage;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.Stores;

/**
 * Recognitions, dead letters and refusals to documents.
 *
 * <pre>
 * ocr.recognitions ── read ─┐
 * ocr.dead-letters ── read ─┼─ by document ── assemble ── ocr.documents
 * ocr.intake ──────── read ─┘
 * </pre>
 *
 * Results are keyed by page, so that a document's pages lie in many partitions; what goes on from them is keyed by
 * document and small: where a page's recognition lies, not what it says.
 */
public final class AssemblyTopology {
    /** The state of a document all of whose pages are sent or refused. */
    private static final String SENT = "SENT";

    private final Topics topics;
    private final AvroSerdes serdes;
    private final AssemblyRules rules;
    private final int partitions;
    private final AssemblyCounts counts;

    /**
     * @param partitions over which documents are spread; fixed for the life of the application id
     * @param counts told what was done
     */
    public AssemblyTopology(
            Topics topics, AvroSerdes serdes, AssemblyRules rules, int partitions, AssemblyCounts counts) {
        this.topics = topics;
        this.serdes = serdes;
        this.rules = rules;
        this.partitions = partitions;
        this.counts = counts;
    }

    /** The topology, to be run with exactly-once processing and without caches. */
    public Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, PageNews> read = news(builder, topics.recognitions(), this::read);
        KStream<String, PageNews> failed = news(builder, topics.deadLetters(), this::failed);
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Assembler.PAGES), Serdes.String(), StateSerdes.news()));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Assembler.DOCUMENTS), Serdes.String(), StateSerdes.documents()));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Assembler.WAITING), Serdes.String(), Serdes.Long()));
        String recognitions = topics.recognitions().name();
        KStream<String, PageNews> refused = news(builder, topics.intake(), this::refused);
        read.merge(failed, Named.as("results"))
                .merge(refused, Named.as("news"))
                .repartition(Repartitioned.<String, PageNews>as("by-document")
                        .withKeySerde(Serdes.String())
                        .withValueSerde(StateSerdes.news())
                        .withNumberOfPartitions(partitions))
                .process(
                        () -> new Assembler(rules, recognitions, counts),
                        Named.as("assemble"),
                        Assembler.PAGES,
                        Assembler.DOCUMENTS,
                        Assembler.WAITING)
                .to(topics.documents().name(), Produced.with(Serdes.String(), serdes.assembledDocument()));
        return builder.build();
    }

    private <T extends SpecificRecord> KStream<String, PageNews> news(
            StreamsBuilder builder, Topic<T> topic, NewsReader.Source<T> source) {
        Serde<T> serde = serdes.of(topic);
        return builder.stream(topic.name(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .process(
                        () -> new NewsReader<>(serde.deserializer(), source, counts), Named.as("read-" + topic.name()));
    }

    private List<NewsReader.Told> read(String id, Optional<Recognition> value, SourceOffset place, long timestamp) {
        PageKey key = PageKey.parse(id, rules.maxPages());
        if (value.isEmpty()) {
            return told(key, new PageNews(PageNews.Kind.WITHDRAWN, key.number(), 0, 0, 0, "", "", timestamp));
        }
        Recognition page = value.get();
        if (page.getPageNumber() != key.number() || !page.getDocumentId().equals(key.documentId())) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    "page " + page.getPageNumber() + " of document " + page.getDocumentId() + " under the key " + id);
        }
        return told(
                key,
                new PageNews(
                        PageNews.Kind.READ,
                        key.number(),
                        Math.max(0, page.getPageCount()),
                        place.getPartition(),
                        place.getOffset(),
                        page.getFinishReason(),
                        page.getDocumentName(),
                        timestamp));
    }

    /** Letters about anything but pages, such as corrections, are none of a document's business. */
    private List<NewsReader.Told> failed(String id, Optional<DeadLetter> value, SourceOffset place, long timestamp) {
        PageKey key = PageKey.parse(id, rules.maxPages());
        boolean ofPage = value.isPresent()
                && value.get().getSource().getTopic().equals(topics.pages().name());
        return ofPage
                ? told(key, failure(key, value.get().getPageCount(), value.get().getCode(), timestamp))
                : List.of();
    }

    /** Pages that were refused at the door have no letter; the books say so once all others are sent. */
    private List<NewsReader.Told> refused(
            String id, Optional<DocumentStatus> value, SourceOffset place, long timestamp) {
        if (value.isEmpty() || !value.get().getState().equals(SENT)) {
            return List.of();
        }
        List<NewsReader.Told> told = new ArrayList<>();
        for (RefusedPage page : value.get().getRefused()) {
            if (page.getPageNumber() > 0) {
                PageKey key = PageKey.parse(id + "/" + page.getPageNumber(), rules.maxPages());
                told.addAll(told(key, failure(key, value.get().getPageCount(), page.getCode(), timestamp)));
            }
        }
        return told;
    }

    private static PageNews failure(PageKey key, int pageCount, String code, long timestamp) {
        return new PageNews(PageNews.Kind.FAILED, key.number(), Math.max(0, pageCount), 0, 0, code, "", timestamp);
    }

    private static List<NewsReader.Told> told(PageKey key, PageNews news) {
        return List.of(new NewsReader.Told(key.documentId(), news));
    }
}
