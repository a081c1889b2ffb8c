package dev.scriptorium.documents.assemble;

import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.SourceOffset;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes from a record what it says about pages, keyed by document. Foreign bytes never throw here: they are logged,
 * counted and left out, and their page will be called missing. What throws is a registry that does not answer, and the
 * record is read again.
 *
 * @param <T> what the topic carries
 */
final class NewsReader<T> implements Processor<String, byte[], String, PageNews> {
    private static final Logger LOG = LoggerFactory.getLogger(NewsReader.class);

    /** Makes news of a value; none if it has none for a document. */
    interface Source<T> {
        /**
         * Takes from a value what it says about pages.
         *
         * @param key of the record; may be null
         * @param value empty for a tombstone
         * @throws RecordException if the key is none, or the value contradicts it
         */
        List<Told> news(String key, Optional<T> value, SourceOffset place, long timestamp);
    }

    /** News of a page, and whose page it is. */
    record Told(String documentId, PageNews news) {}

    private final Deserializer<T> deserializer;
    private final Source<T> source;
    private final AssemblyCounts counts;
    private ProcessorContext<String, PageNews> context;

    NewsReader(Deserializer<T> deserializer, Source<T> source, AssemblyCounts counts) {
        this.deserializer = deserializer;
        this.source = source;
        this.counts = counts;
    }

    @Override
    public void init(ProcessorContext<String, PageNews> newContext) {
        context = newContext;
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata metadata = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record with its place expected, none found"));
        SourceOffset place = new SourceOffset(metadata.topic(), metadata.partition(), metadata.offset());
        try {
            Optional<T> value = Optional.ofNullable(record.value()).map(bytes -> read(place, bytes));
            for (Told told : source.news(record.key(), value, place, record.timestamp())) {
                context.forward(record.withKey(told.documentId()).withValue(told.news()));
            }
        } catch (RecordException e) {
            if (e.code().action() != ErrorCode.Action.DEAD_LETTER) {
                throw e;
            }
            counts.refuse();
            LOG.warn(
                    "event=left-out topic={} partition={} offset={} code={} reason=\"{}\"",
                    place.getTopic(),
                    place.getPartition(),
                    place.getOffset(),
                    e.code(),
                    e.getMessage());
        }
    }

    private T read(SourceOffset place, byte[] bytes) {
        try {
            return deserializer.deserialize(place.getTopic(), bytes);
        } catch (RecordException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new RecordException(ErrorCode.CORRUPT_RECORD, e.getMessage(), e);
        }
    }
}
