package dev.scriptorium.worker.bench;

import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.Topic;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.worker.InferenceWorker;
import dev.scriptorium.worker.WorkerConfig;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Topics, workers, a sender and a reader of their own; pages are numbered from 0. */
final class PipelineTrial implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final IntFunction<WorkerConfig> config;
    private final Topics topics;
    private final Admin admin;
    private final AvroSerdes serdes;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> reader;
    private final byte[] image;

    private final List<InferenceWorker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<FixedCostEngine> engines = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    /** When each page's recognition was seen, by the page's number. */
    private final Map<Integer, Long> seen = new ConcurrentHashMap<>();

    private volatile boolean closed;

    private final List<Future<RecordMetadata>> sent = new ArrayList<>();

    /** @param config of the worker of a number, all on topics and in a group that nobody has used */
    PipelineTrial(int pageBytes, IntFunction<WorkerConfig> config) {
        this.config = config;
        WorkerConfig any = config.apply(0);
        topics = new Topics(any.topics(), any.limits());
        admin = Admin.create(Map.copyOf(any.kafka()));
        topics.ensure(admin);
        serdes = new AvroSerdes(any.kafka());
        Map<String, Object> sending = new HashMap<>(any.kafka());
        sending.putAll(any.limits().producerConfig());
        producer = new KafkaProducer<>(sending, new StringSerializer(), new ByteArraySerializer());
        Map<String, Object> reading = new HashMap<>(any.kafka());
        reading.put("isolation.level", "read_committed");
        reading.put("auto.offset.reset", "earliest");
        reader = new KafkaConsumer<>(reading, new StringDeserializer(), new ByteArrayDeserializer());
        String recognitions = topics.recognitions().name();
        reader.assign(IntStream.range(0, any.topics().partitions())
                .mapToObj(partition -> new TopicPartition(recognitions, partition))
                .toList());
        image = new byte[pageBytes];
        new Random(pageBytes).nextBytes(image);
    }

    /** Starts workers and waits until each has its partitions. */
    void start(int count, Duration cost) throws InterruptedException {
        for (int number = 0; number < count; number++) {
            FixedCostEngine engine = new FixedCostEngine(cost);
            InferenceWorker worker = InferenceWorker.withoutAdapters(config.apply(number), engine, Clock.systemUTC());
            engines.add(engine);
            workers.add(worker);
            begin("worker-" + number, worker::run);
        }
        begin("reader", this::read);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!shared(count)) {
            check(deadline, "partitions for each of " + count + " workers");
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private void begin(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setUncaughtExceptionHandler((dead, cause) -> failure.set(cause));
        threads.add(thread);
        thread.start();
    }

    /** Whether all partitions are given out, about as many to each. */
    private boolean shared(int count) throws InterruptedException {
        WorkerConfig any = config.apply(0);
        try {
            ConsumerGroupDescription group = admin.describeConsumerGroups(
                            List.of(any.worker().group()))
                    .describedGroups()
                    .get(any.worker().group())
                    .get();
            int[] shares = group.members().stream()
                    .mapToInt(member -> member.assignment().topicPartitions().size())
                    .toArray();
            int all = any.topics().partitions();
            return shares.length == count
                    && Arrays.stream(shares).sum() == all
                    && Arrays.stream(shares).allMatch(share -> share >= all / count);
        } catch (ExecutionException e) {
            return false; // not there yet
        }
    }

    /** Sends the next page. */
    void send(int number) {
        Topic<PageImage> pages = topics.pages();
        PageImage page = PageImage.newBuilder()
                .setPageId("bench/" + number)
                .setDocumentId("bench")
                .setPageNumber(number + 1)
                .setMediaType("image/png")
                .setImage(ByteBuffer.wrap(image))
                .setIngestedAt(Instant.EPOCH)
                .build();
        byte[] value = serdes.pageImage().serializer().serialize(pages.name(), page);
        sent.add(producer.send(new ProducerRecord<>(pages.name(), page.getPageId(), value)));
    }

    /** Waits until every page that was sent has come out. */
    void awaitAll() throws InterruptedException {
        producer.flush();
        try {
            for (Future<RecordMetadata> page : sent) {
                page.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("bench pipeline: a page that the broker takes expected", e.getCause());
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (seen.size() < sent.size()) {
            check(deadline, sent.size() + " recognitions");
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private void read() {
        try (reader) {
            while (!closed) {
                reader.poll(PAUSE).forEach(record -> {
                    long now = System.nanoTime();
                    String page = record.key();
                    if (seen.put(Integer.parseInt(page.substring(page.indexOf('/') + 1)), now) != null) {
                        throw new IllegalStateException(page + ": one recognition expected, two found");
                    }
                });
            }
        }
    }

    /** When each page's recognition was seen, by {@link System#nanoTime}, in the order of their numbers. */
    long[] seen() {
        return IntStream.range(0, sent.size()).mapToLong(seen::get).toArray();
    }

    List<Integer> pagesByWorker() {
        return engines.stream().map(FixedCostEngine::finished).toList();
    }

    private void check(long deadline, String expected) {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("bench pipeline: " + expected + " expected, a client failed", cause);
        }
        if (System.nanoTime() - deadline > 0) {
            throw new IllegalStateException("bench pipeline: " + expected + " expected within " + PATIENCE.toMinutes()
                    + " minutes, " + seen.size() + " recognitions found");
        }
    }

    @Override
    public void close() {
        workers.forEach(InferenceWorker::stop);
        closed = true;
        try {
            for (Thread thread : threads) {
                thread.join(PATIENCE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
        admin.close();
    }
}
