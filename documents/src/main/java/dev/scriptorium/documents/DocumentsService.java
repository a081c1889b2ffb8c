package dev.scriptorium.documents;

import dev.scriptorium.documents.assemble.AssemblyCounts;
import dev.scriptorium.documents.assemble.AssemblyTopology;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Topics;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Assembles documents, in threads of its own, until closed. */
public final class DocumentsService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentsService.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

    private final KafkaStreams streams;
    private final AssemblyCounts counts = new AssemblyCounts();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private DocumentsService(DocumentsConfig config) {
        Topology topology = new AssemblyTopology(
                        new Topics(config.topics(), config.limits()),
                        new AvroSerdes(config.kafka()),
                        config.documents().rules(),
                        config.documents().partitions(),
                        counts)
                .build();
        streams = new KafkaStreams(topology, config.streamsConfig());
        streams.setUncaughtExceptionHandler(this::respond);
    }

    /** Starts the service; the topics exist already. */
    public static DocumentsService start(DocumentsConfig config) {
        DocumentsService service = new DocumentsService(config);
        service.streams.start();
        return service;
    }

    /** What it has done. */
    public AssemblyCounts counts() {
        return counts;
    }

    /**
     * Whether it still works.
     *
     * @throws IllegalStateException if it died, with the cause
     */
    public void check() {
        if (streams.state() == KafkaStreams.State.ERROR) {
            throw new IllegalStateException("documents: a running service expected, it died", failure.get());
        }
    }

    /** A registry or broker that does not answer passes: the thread is replaced and reads the record again. */
    private StreamThreadExceptionResponse respond(Throwable thrown) {
        boolean passes = Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .anyMatch(DocumentsService::passes);
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

    /** Finishes what is in flight and leaves the group. */
    @Override
    public void close() {
        // Leaving hands the partitions over at once; without it they wait for the session's end.
        streams.close(CloseOptions.timeout(CLOSE_PATIENCE)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        LOG.info("event=stopped {}", counts);
    }
}
