package dev.scriptorium.feedback;

import dev.scriptorium.feedback.labels.LabelRules;
import dev.scriptorium.feedback.labels.LabelTopology;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.http.Access;
import dev.scriptorium.schemas.settings.Secret;
import dev.scriptorium.schemas.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;

/**
 * Everything the feedback service is told.
 *
 * @param kafka settings of every Kafka client and of the serdes as Kafka and the schema registry name them:
 *     {@code kafka.bootstrap.servers}, {@code kafka.schema.registry.url}, {@code kafka.security.protocol}
 * @param topics names and partitions of the topics
 * @param limits how large a page may be
 * @param feedback this service
 */
public record FeedbackConfig(Map<String, String> kafka, TopicSettings topics, PageLimits limits, Feedback feedback) {
    private static final Duration SCORING_TRANSACTION = Duration.ofMinutes(5);

    private static final Duration TRANSACTION = Duration.ofSeconds(30);

    public FeedbackConfig {
        kafka = Map.copyOf(kafka);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(feedback, "feedback");
        if (!kafka.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("kafka.bootstrap.servers: host:port expected, none found");
        }
        if (!kafka.containsKey("schema.registry.url")) {
            throw new IllegalArgumentException("kafka.schema.registry.url: a URL expected, none found");
        }
    }

    /**
     * The service.
     *
     * @param id application id: instances that share it share the work
     * @param stateDir where state stores lie; what is lost there is read again from the topics
     * @param threads stream threads
     * @param quorum reviewers that have to say the same before anything is learnt
     * @param minLogProbability least mean log-probability of a character under the model; the model is asked only if
     *     this is given
     * @param overruledBy reviewers who say the same against the model's doubt
     * @param history how far back the order of events is known
     * @param http the way in for corrections
     * @param streams further settings of Kafka Streams, as it names them
     */
    public record Feedback(
            @Setting(value = "ocr-feedback", doc = "application id; instances that share it share the work")
            String id,

            @Setting(doc = "folder of the state stores; Kafka's temporary one if not given")
            Optional<Path> stateDir,

            @Setting(value = "1", min = 1, max = 64, doc = "stream threads")
            int threads,

            @Setting(value = "1", min = 1, max = 8, doc = "reviewers that have to say the same")
            int quorum,

            @Setting(
                    max = 0,
                    doc = "least mean log-probability of a character under the model, e.g. -5; not asked if not given")
            Optional<Double> minLogProbability,

            @Setting(value = "2", min = 2, max = 8, doc = "reviewers who say the same against the model's doubt")
            int overruledBy,

            @Setting(value = "365d", doc = "how far back the order of events is known")
            Duration history,

            Http http,
            Map<String, String> streams) {
        public Feedback {
            if (id.isBlank()) {
                throw new IllegalArgumentException("id: a name expected, blank found");
            }
            Objects.requireNonNull(http, "http");
            streams = Map.copyOf(streams);
        }

        /** When a correction becomes a label. */
        LabelRules rules() {
            OptionalDouble least = minLogProbability.map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
            return new LabelRules(quorum, least, overruledBy, history);
        }
    }

    /**
     * The HTTP server.
     *
     * @param enabled false for none
     * @param host address to listen on; beyond loopback only with a token
     * @param port 0 for a free one
     * @param token who knows it may send corrections in any reviewer's name
     * @param reviewerTokens {@code name:token}: who knows it may send corrections in that name only
     * @param maxBodyBytes largest request
     * @param patience how long a client may be slow: the head of a request has to be in within this time, and of each such
     *     time that is spent waiting for the client, the least rate has to come of it
     * @param minBytesPerSecond what a client has to send, and to read, at least
     */
    public record Http(
            @Setting(value = "true", doc = "take corrections by HTTP")
            boolean enabled,

            @Setting(value = "127.0.0.1", doc = "address to listen on; beyond loopback only with a token")
            String host,

            @Setting(value = "8080", min = 0, max = 65535, doc = "port to listen on; 0 for a free one")
            int port,

            @Setting(doc = "bearer token for corrections in anybody's name")
            Optional<Secret> token,

            @Setting(value = "", doc = "name:token, comma separated: bearer tokens for corrections in one name")
            List<Secret> reviewerTokens,

            @Setting(value = "16MiB", min = 1, doc = "largest request")
            int maxBodyBytes,

            @Setting(value = "20s", doc = "how long a client may be slow")
            Duration patience,

            @Setting(value = "8192", min = 1, doc = "what a client that is not slow sends and reads a second")
            long minBytesPerSecond) {
        public Http {
            reviewerTokens = List.copyOf(reviewerTokens);
            if (token.filter(secret -> secret.reveal().isBlank()).isPresent()) {
                throw new IllegalArgumentException("token: a secret expected, blank found");
            }
            for (Secret pair : reviewerTokens) {
                if (!pair.reveal().matches("[^:]+:.+")) {
                    throw new IllegalArgumentException("reviewer-tokens: name:token expected, no colon found");
                }
            }
            if (enabled && token.isEmpty() && reviewerTokens.isEmpty() && !Access.isLoopback(host)) {
                throw new IllegalArgumentException(
                        "host=" + host + ": loopback expected where there is neither token nor reviewer-tokens");
            }
            if (patience.isZero() || patience.isNegative()) {
                throw new IllegalArgumentException("patience: more than nothing expected, " + patience + " found");
            }
        }
    }

    /**
     * Settings of Kafka Streams: exactly once, and no cache, because a cache lets a page pass twice where one change
     * has two causes.
     */
    Properties streamsConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("application.id", feedback.id());
        config.put("processing.guarantee", "exactly_once_v2");
        config.put("statestore.cache.max.bytes", 0);
        config.put("num.stream.threads", feedback.threads());
        config.put("replication.factor", topics.replicationFactor());
        config.put("default.timestamp.extractor", UsePartitionTimeOnInvalidTimestamp.class.getName());
        feedback.stateDir().ifPresent(folder -> config.put("state.dir", folder.toString()));
        // A page that is scored holds its transaction open meanwhile.
        Duration transaction = feedback.minLogProbability().isPresent() ? SCORING_TRANSACTION : TRANSACTION;
        config.put("producer.transaction.timeout.ms", Math.toIntExact(transaction.toMillis()));
        config.put("auto.offset.reset", "earliest");
        int storeBytes = LabelTopology.maxStoreBytes(limits);
        limits.consumerConfig().forEach((key, value) -> config.put("consumer." + key, value));
        config.put("producer.max.request.size", storeBytes);
        config.put("producer.buffer.memory", 2L * storeBytes);
        config.put("topic.max.message.bytes", storeBytes);
        config.putAll(feedback.streams());
        Properties properties = new Properties();
        config.forEach((key, value) -> properties.put(key, value));
        return properties;
    }
}
