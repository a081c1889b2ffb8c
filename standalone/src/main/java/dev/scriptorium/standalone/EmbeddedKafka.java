package dev.scriptorium.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker in this JVM: one node that is broker and controller (KRaft), on loopback only.
 *
 * <p>With a data directory it keeps everything and can be started on it again; without one it uses a
 * temporary directory that is removed on {@link #close}.
 */
final class EmbeddedKafka implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
    private static final String HOST = "127.0.0.1";
    private static final int NODE_ID = 1;

    private final Path directory;
    private final boolean temporary;
    private final int port;
    private final KafkaRaftServer server;

    private EmbeddedKafka(Path directory, boolean temporary, int port, Map<String, String> settings)
            throws IOException {
        this.directory = directory;
        this.temporary = temporary;
        List<Integer> free = freePorts();
        this.port = port == 0 ? free.get(0) : port;
        checkPortIsFree();
        checkDirectoryIsFree();
        Properties properties = properties(free.get(1));
        properties.putAll(settings);
        format();
        server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    }

    /**
     * Starts a broker whose data goes away with it, on a free port.
     *
     * @throws InterruptedException if the thread is interrupted; then nothing is left of the broker
     */
    static EmbeddedKafka temporary(Map<String, String> settings) throws IOException, InterruptedException {
        return start(() -> {
            Path directory = Files.createTempDirectory("scriptorium-kafka");
            try {
                return new EmbeddedKafka(directory, true, 0, settings);
            } catch (IOException | RuntimeException e) {
                remove(directory);
                throw e;
            }
        });
    }

    /**
     * Starts a broker that keeps its data.
     *
     * @param directory made if it is not there; one broker at a time uses it
     * @param port to listen on, 0 for a free one
     * @param settings broker settings that go before the defaults here
     * @throws IOException if the directory or the port cannot be used
     * @throws InterruptedException if the thread is interrupted; then the broker has been stopped again
     */
    static EmbeddedKafka on(Path directory, int port, Map<String, String> settings)
            throws IOException, InterruptedException {
        return start(() -> new EmbeddedKafka(Files.createDirectories(directory), false, port, settings));
    }

    /** A broker that does not run yet. */
    @FunctionalInterface
    private interface Prepared {
        EmbeddedKafka prepare() throws IOException;
    }

    /** On a thread that nobody interrupts: Kafka takes that for a broken disk, logs stacks and may end the JVM. */
    private static EmbeddedKafka start(Prepared prepared) throws IOException, InterruptedException {
        FutureTask<EmbeddedKafka> started =
                new FutureTask<>(() -> prepared.prepare().startUp());
        new Thread(started, "broker-start").start();
        try {
            return result(started);
        } catch (InterruptedException e) {
            try {
                result(started).close();
            } catch (IOException | RuntimeException failed) {
                e.addSuppressed(failed);
            }
            throw e;
        }
    }

    private static EmbeddedKafka result(FutureTask<EmbeddedKafka> started) throws IOException, InterruptedException {
        try {
            return started.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    private EmbeddedKafka startUp() {
        long start = System.nanoTime();
        server.startup();
        LOG.info(
                "event=broker-started bootstrap={} data={} millis={}",
                bootstrap(),
                directory,
                (System.nanoTime() - start) / 1_000_000);
        return this;
    }

    /** {@code host:port} for clients. */
    String bootstrap() {
        return HOST + ":" + port;
    }

    /** Where its data lies. */
    Path directory() {
        return directory;
    }

    private Properties properties(int controllerPort) {
        Properties p = new Properties();
        p.put("process.roles", "broker,controller");
        p.put("node.id", Integer.toString(NODE_ID));
        p.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        p.put("listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        p.put("advertised.listeners", "PLAINTEXT://" + bootstrap());
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.put("inter.broker.listener.name", "PLAINTEXT");
        p.put("controller.listener.names", "CONTROLLER");
        p.put("log.dirs", directory.toString());
        p.put("auto.create.topics.enable", "false");
        // One node: nothing can be kept twice, and nobody takes over when it stops.
        p.put("offsets.topic.replication.factor", "1");
        p.put("transaction.state.log.replication.factor", "1");
        p.put("transaction.state.log.min.isr", "1");
        p.put("share.coordinator.state.topic.replication.factor", "1");
        p.put("share.coordinator.state.topic.min.isr", "1");
        // One household of clients: few coordinator partitions, and no waiting for members to come.
        p.put("offsets.topic.num.partitions", "1");
        p.put("transaction.state.log.num.partitions", "1");
        p.put("share.coordinator.state.topic.num.partitions", "1");
        p.put("group.initial.rebalance.delay.ms", "0");
        // After a crash, the next start waits this long for the session of the broker that is gone.
        p.put("broker.session.timeout.ms", "3000");
        p.put("broker.heartbeat.interval.ms", "500");
        // Likewise, the pages of a worker that is gone are given to the next one after this long.
        p.put("group.consumer.min.session.timeout.ms", "10000");
        p.put("group.consumer.session.timeout.ms", "10000");
        p.put("num.network.threads", "2");
        p.put("num.io.threads", "4");
        p.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
        return p;
    }

    private void format() throws IOException {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(NODE_ID)
                    .setClusterId(clusterId())
                    .addDirectory(directory.toString())
                    .setMetadataLogDirectory(directory.toString())
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setControllerListenerName("CONTROLLER")
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setIgnoreFormatted(true)
                    .run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(directory + ": cannot be made a broker's data directory", e);
        }
    }

    /** The directory's own id if it has been used before. */
    private String clusterId() throws IOException {
        Path meta = directory.resolve("meta.properties");
        if (!Files.exists(meta)) {
            return Uuid.randomUuid().toString();
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(meta)) {
            properties.load(in);
        }
        return properties.getProperty("cluster.id");
    }

    /** Kafka ends the whole JVM when it cannot start, so the two usual reasons are looked for before. */
    private void checkPortIsFree() throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (BindException e) {
            throw new IOException("broker " + bootstrap() + ": a free port expected, found it in use", e);
        }
    }

    private void checkDirectoryIsFree() throws IOException {
        try (FileChannel lock =
                FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
        } catch (OverlappingFileLockException e) {
            throw new IOException("broker data " + directory + ": in use by another broker", e);
        }
    }

    /** Two ports that are free now; both held until both are known, so that they differ. */
    private static List<Integer> freePorts() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket first = new ServerSocket(0, 1, loopback);
                ServerSocket second = new ServerSocket(0, 1, loopback)) {
            return List.of(first.getLocalPort(), second.getLocalPort());
        }
    }

    /** Stops the broker; a temporary one takes its data with it. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        if (temporary) {
            remove(directory);
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("event=leftover directory={} cause=\"{}\"", directory, e.toString());
        }
    }
}
