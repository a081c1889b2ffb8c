package dev.scriptorium.documents;

import dev.scriptorium.documents.assemble.AssemblyRules;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;

/**
 * Everything the document assembler is told.
 *
 * @param kafka settings of every Kafka client and of the serdes as Kafka and the schema registry name them:
 *     {@code kafka.bootstrap.servers}, {@code kafka.schema.registry.url}, {@code kafka.security.protocol}
 * @param topics names and partitions of the topics
 * @param limits how large a record may be
 * @param documents this service
 */
public record DocumentsConfig(Map<String, String> kafka, TopicSettings topics, PageLimits limits, Documents documents) {

    public DocumentsConfig {
        kafka = Map.copyOf(kafka);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(documents, "documents");
        if (!kafka.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("kafka.bootstrap.servers: host:port expected, none found");
        }
        if (!kafka.containsKey("schema.registry.url")) {
            throw new IllegalArgumentException("kafka.schema.registry.url: a URL expected, none found");
        }
        int most = (limits.maxRecordBytes() - PageLimits.RECORD_OVERHEAD_BYTES) / AssemblyRules.MAX_PAGE_BYTES;
        if (documents.maxPages() > most) {
            throw new IllegalArgumentException("documents.max-pages: at most " + most
                    + " expected, for which limits.max-page-bytes leaves room, " + documents.maxPages() + " found");
        }
    }

    /**
     * The service.
     *
     * @param id application id: instances that share it share the work
     * @param stateDir where state stores lie; what is lost there is read again from the topics
     * @param threads stream threads
     * @param partitions over which documents are spread; fixed for the life of the id
     * @param patience without news of any page, after which a document is published without those that are missing
     * @param settle without news, after which changes to a whole document are published
     * @param maxPages most pages of one document
     * @param retention without news, after which a document is remembered no longer
     * @param streams further settings of Kafka Streams, as it names them
     */
    public record Documents(
            @Setting(value = "ocr-documents", doc = "application id; instances that share it share the work")
            String id,

            @Setting(doc = "folder of the state stores; Kafka's temporary one if not given")
            Optional<Path> stateDir,

            @Setting(value = "1", min = 1, max = 64, doc = "stream threads")
            int threads,

            @Setting(
                    value = "4",
                    min = 1,
                    max = 1000,
                    doc = "partitions over which documents are spread; not to be changed")
            int partitions,

            @Setting(value = "10m", doc = "without news of any page, after which missing pages are not waited for")
            Duration patience,

            @Setting(value = "10s", doc = "without news, after which changes to a whole document are published")
            Duration settle,

            @Setting(value = "20000", min = 1, doc = "most pages of one document")
            int maxPages,

            @Setting(value = "365d", doc = "without news, after which a document is remembered no longer")
            Duration retention,

            Map<String, String> streams) {
        public Documents {
            if (id.isBlank()) {
                throw new IllegalArgumentException("id: a name expected, blank found");
            }
            streams = Map.copyOf(streams);
        }

        AssemblyRules rules() {
            return new AssemblyRules(patience, settle, maxPages, retention);
        }
    }

    /** Settings of Kafka Streams: exactly once, and no cache, because a cache would hold back what is to be published. */
    Properties streamsConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("application.id", documents.id());
        config.put("processing.guarantee", "exactly_once_v2");
        config.put("statestore.cache.max.bytes", 0);
        config.put("num.stream.threads", documents.threads());
        config.put("replication.factor", topics.replicationFactor());
        config.put("default.timestamp.extractor", UsePartitionTimeOnInvalidTimestamp.class.getName());
        documents.stateDir().ifPresent(folder -> config.put("state.dir", folder.toString()));
        config.put("auto.offset.reset", "earliest");
        limits.consumerConfig().forEach((key, value) -> config.put("consumer." + key, value));
        limits.producerConfig().forEach((key, value) -> config.put("producer." + key, value));
        config.putAll(documents.streams());
        Properties properties = new Properties();
        config.forEach((key, value) -> properties.put(key, value));
        return properties;
    }
}
