package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.Measurement;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Takes in one long PDF on a broker of its own, in a process with a small heap that is killed in the middle and run again:
 * how fast that is, whether memory stays flat, and whether a page comes twice or is lost.
 */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = "One long PDF into a broker, killed in the middle: pages per second, heap, pages twice or lost.")
final class IngestBenchmark extends Benchmark {
    private static final String PREFIX = "bench.";
    private static final int PARTITIONS = 4;
    private static final int STEPS = 4;
    /** Of a collection in the log: heap in use before and after, MiB. */
    private static final Pattern COLLECTION = Pattern.compile("Pause .* (\\d+)M->(\\d+)M\\(");

    @Option(
            names = "--pages",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Pages of the PDF; default ${DEFAULT-VALUE}.")
    private int pages;

    @Option(
            names = "--heap",
            paramLabel = "MIB",
            defaultValue = "256",
            description = "Largest heap of the process that takes it in; default ${DEFAULT-VALUE}.")
    private int heapMib;

    @Override
    int steps() {
        return STEPS;
    }

    @Override
    List<Measurement> measure(Runnable step) {
        option("--pages", () -> atLeast(pages, 32));
        option("--heap", () -> atLeast(heapMib, 64));
        try (EmbeddedKafka kafka = EmbeddedKafka.temporary(Map.of());
                TemporaryFolder folder = TemporaryFolder.create("scriptorium-bench")) {
            return measure(kafka, folder.path(), step);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("bench ingest: interrupted", e);
        }
    }

    private static int atLeast(int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("at least " + least + " expected, " + value + " found");
        }
        return value;
    }

    private List<Measurement> measure(EmbeddedKafka kafka, Path folder, Runnable step)
            throws IOException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            TopicSettings usual = TopicSettings.DEFAULT;
            new Topics(
                            new TopicSettings(
                                    PREFIX,
                                    PARTITIONS,
                                    usual.replicationFactor(),
                                    usual.pageRetention(),
                                    usual.recognitionRetention(),
                                    usual.deadLetterRetention(),
                                    true),
                            PageLimits.DEFAULT)
                    .ensure(admin);
        }
        Path pdf = pdf(folder.resolve("long.pdf"));
        step.run();
        long start = System.nanoTime();
        Path firstLog = folder.resolve("first.gc");
        kill(start(kafka, pdf, firstLog), kafka);
        double untilKill = seconds(start);
        int afterKill = keys(kafka).size();
        step.run();
        long resumed = System.nanoTime();
        Path secondLog = folder.resolve("second.gc");
        int status = start(kafka, pdf, secondLog).waitFor();
        double rest = seconds(resumed);
        if (status != 0) {
            throw new IllegalStateException("ingest: exit status 0 expected, " + status + " found");
        }
        step.run();
        List<String> keys = keys(kafka);
        Set<String> distinct = new HashSet<>(keys);
        List<Integer> first = collections(firstLog, 2);
        List<Integer> second = collections(secondLog, 2);
        int most = Stream.concat(collections(firstLog, 1).stream(), collections(secondLog, 1).stream())
                .max(Integer::compare)
                .orElse(0);
        step.run();
        return List.of(
                one("file", Files.size(pdf) / 1e6, "MB"),
                one("pages when killed", afterKill, "pages"),
                one("pages at the end", keys.size(), "pages"),
                one("pages twice", keys.size() - distinct.size(), "pages"),
                one("pages lost", pages - distinct.size(), "pages"),
                one("until killed", untilKill, "s"),
                one("rest, with the start of the process", rest, "s"),
                one("speed, with both starts", pages / (untilKill + rest), "pages/s"),
                one("heap in use, most", most, "MiB"),
                one("heap after collections, first tenth", tenth(first, true), "MiB"),
                one("heap after collections, last tenth", tenth(second, false), "MiB"));
    }

    private static Measurement one(String name, double value, String unit) {
        return new Measurement(name, value, unit, List.of(value));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** Small pages, each another one. */
    private Path pdf(Path file) throws IOException {
        try (PDDocument pdf = new PDDocument()) {
            for (int number = 0; number < pages; number++) {
                PDPage page = new PDPage(new PDRectangle(144, 144));
                pdf.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(pdf, page)) {
                    content.addRect(number % 120, (number / 120) % 120, 10, 20);
                    content.fill();
                }
            }
            pdf.save(file.toFile());
        }
        return file;
    }

    private Process start(EmbeddedKafka kafka, Path pdf, Path gcLog) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heapMib + "m",
                        "-XX:+UseSerialGC",
                        "-Xlog:gc:file=" + gcLog,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Scriptorium.class.getName(),
                        "ingest",
                        "--json",
                        "--bootstrap",
                        kafka.bootstrap(),
                        "--registry",
                        "mock://bench",
                        "-S",
                        "topics.prefix=" + PREFIX,
                        "-S",
                        "topics.partitions=" + PARTITIONS,
                        pdf.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Kills the process when about half of the pages are in. */
    private void kill(Process process, EmbeddedKafka kafka) throws InterruptedException {
        while (ends(kafka) < pages / 2 && process.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        process.destroyForcibly().waitFor();
    }

    private static List<TopicPartition> partitions() {
        return Stream.iterate(0, number -> number < PARTITIONS, number -> number + 1)
                .map(number -> new TopicPartition(PREFIX + "pages", number))
                .toList();
    }

    private static KafkaConsumer<String, byte[]> consumer(EmbeddedKafka kafka) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private static long ends(EmbeddedKafka kafka) {
        try (KafkaConsumer<String, byte[]> consumer = consumer(kafka)) {
            return consumer.endOffsets(partitions()).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    /** Keys of what readers of committed records see. */
    private static List<String> keys(EmbeddedKafka kafka) {
        List<String> keys = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = consumer(kafka)) {
            List<TopicPartition> all = partitions();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> keys.add(record.key()));
            }
        }
        return keys;
    }

    /** @param side 1 for heap in use before collections, 2 for after */
    private static List<Integer> collections(Path log, int side) throws IOException {
        return Files.readAllLines(log).stream()
                .map(COLLECTION::matcher)
                .filter(Matcher::find)
                .map(found -> Integer.parseInt(found.group(side)))
                .toList();
    }

    private static double tenth(List<Integer> heap, boolean first) {
        int count = Math.max(1, heap.size() / 10);
        Stream<Integer> part =
                first ? heap.stream().limit(count) : heap.stream().skip(heap.size() - Math.min(count, heap.size()));
        return part.mapToInt(Integer::intValue).average().orElse(0);
    }
}
