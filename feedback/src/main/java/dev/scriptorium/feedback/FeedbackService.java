package dev.scriptorium.feedback;

import dev.scriptorium.feedback.corrections.CorrectionSink;
import dev.scriptorium.feedback.http.CorrectionServer;
import dev.scriptorium.feedback.labels.FeedbackCounts;
import dev.scriptorium.feedback.labels.LabelTopology;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.DeadLetterQueue;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Topics;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes corrections in and makes labels of them, in threads of its own, until closed. */
public final class FeedbackService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FeedbackService.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

    private final KafkaStreams streams;
    private final CorrectionSink sink;
    private Optional<CorrectionServer> server = Optional.empty();
    private final FeedbackCounts counts;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private FeedbackService(FeedbackConfig config, PlausibilityCheck check, Clock clock) {
        Topics topics = new Topics(config.topics(), config.limits());
        counts = new FeedbackCounts();
        Topology topology = new LabelTopology(
                        topics,
                        config.limits(),
                        new AvroSerdes(config.kafka()),
                        config.feedback().rules(),
                        check,
                        new DeadLetterQueue(
                                topics.deadLetters(), config.feedback().id(), clock),
                        counts)
                .build();
        streams = new KafkaStreams(topology, config.streamsConfig());
        streams.setUncaughtExceptionHandler(this::respond);
        sink = CorrectionSink.open(config.kafka(), topics, config.limits(), clock);
    }

    /**
     * Starts the service; the topics exist already.
     *
     * @param check asked about labels, if the configuration says so
     * @throws IOException if the HTTP address cannot be used
     */
    public static FeedbackService start(FeedbackConfig config, PlausibilityCheck check, Clock clock)
            throws IOException {
        FeedbackService service = new FeedbackService(config, check, clock);
        try {
            service.open(config.feedback().http());
            return service;
        } catch (IOException | RuntimeException e) {
            service.close();
            throw e;
        }
    }

    private void open(FeedbackConfig.Http http) throws IOException {
        if (http.enabled()) {
            server = Optional.of(CorrectionServer.start(http, sink, this::healthy));
        }
        streams.start();
    }

    /** Where it takes corrections by HTTP, if it does. */
    public Optional<String> url() {
        return server.map(CorrectionServer::url);
    }

    /** What it has done. */
    public FeedbackCounts counts() {
        return counts;
    }

    /**
     * Whether it still works.
     *
     * @throws IllegalStateException if it died, with the cause
     */
    public void check() {
        if (streams.state() == KafkaStreams.State.ERROR) {
            throw new IllegalStateException("feedback: a running service expected, it died", failure.get());
        }
    }

    private boolean healthy() {
        return streams.state() == KafkaStreams.State.RUNNING || streams.state() == KafkaStreams.State.REBALANCING;
    }

    /** A registry or broker that does not answer passes: the thread is replaced and reads the record again. */
    private StreamThreadExceptionResponse respond(Throwable thrown) {
        boolean passes = Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .anyMatch(FeedbackService::passes);
        if (passes) {
            LOG.warn("event=retrying", thrown);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        failure.set(thrown);
        LOG.error("event=failed", thrown);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private static boolean passes(Throwable cause) {
        return cause instanceof RetriableException
                || (cause instanceof RecordException coded && coded.code().action() == ErrorCode.Action.RETRY);
    }

    /** Stops taking corrections, finishes what is in flight and leaves the group. */
    @Override
    public void close() {
        server.ifPresent(CorrectionServer::close);
        // Leaving hands the partitions over at once; without it they wait for the session's end.
        streams.close(CloseOptions.timeout(CLOSE_PATIENCE)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        sink.close();
        LOG.info("event=stopped {}", counts);
    }
}
