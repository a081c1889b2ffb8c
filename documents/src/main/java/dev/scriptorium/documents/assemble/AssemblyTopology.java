package dev.scriptorium.documents.assemble;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.Topics;
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
 * Recognitions and dead letters to documents.
 *
 * <pre>
 * ocr.recognitions ── read ─┐
 *                           ├─ by document ── assemble ── ocr.documents
 * ocr.dead-letters ── read ─┘
 * </pre>
 *
 * Topics are keyed by page, so that a document's pages lie in many partitions; what goes on from them is keyed by
 * document and small: where a page's recognition lies, not what it says.
 */
public final class AssemblyTopology {
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
        read.merge(failed, Named.as("news"))
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
                        () -> new NewsReader<>(serde.deserializer(), source, rules.maxPages(), counts),
                        Named.as("read-" + topic.name()));
    }

    private Optional<PageNews> read(PageKey key, Optional<Recognition> value, SourceOffset place, long timestamp) {
        if (value.isEmpty()) {
            return Optional.of(new PageNews(PageNews.Kind.WITHDRAWN, key.number(), 0, 0, 0, "", "", timestamp));
        }
        Recognition page = value.get();
        if (page.getPageNumber() != key.number() || !page.getDocumentId().equals(key.documentId())) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    "page " + page.getPageNumber() + " of document " + page.getDocumentId() + " under the key "
                            + key.documentId() + "/" + key.number());
        }
        return Optional.of(new PageNews(
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
    private Optional<PageNews> failed(PageKey key, Optional<DeadLetter> value, SourceOffset place, long timestamp) {
        return value.filter(letter ->
                        letter.getSource().getTopic().equals(topics.pages().name()))
                .map(letter -> new PageNews(
                        PageNews.Kind.FAILED,
                        key.number(),
                        Math.max(0, letter.getPageCount()),
                        0,
                        0,
                        letter.getCode(),
                        "",
                        timestamp));
    }
}
