package dev.scriptorium.trainer.service.watch;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterEventKind;
import dev.scriptorium.schemas.AdapterMeasure;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.GateResult;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.trainer.service.labels.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows recognitions and labels, and says when the pages of a domain are no longer what they were. Windows and positions
 * are on disk; after a crash an alarm may be given twice. Not thread-safe.
 */
public final class DriftWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriftWatch.class);
    private static final TypeReference<State> STATE = new TypeReference<>() {};
    private static final CharacterErrorRate NORMAL = new CharacterErrorRate(false);
    private static final long BETWEEN_SAVES_NANOS = Duration.ofSeconds(5).toNanos();

    private final Consumer<String, byte[]> consumer;
    private final String recognitions;
    private final Deserializer<Recognition> recognition;
    private final Deserializer<LabeledPage> label;
    private final Path file;
    private final WatchRules rules;
    private final Adapters adapters;
    private final String reporter;
    private final Clock clock;
    private final Map<String, Gauge> gauges = new TreeMap<>();
    private boolean unsaved;
    private long saved = System.nanoTime();

    /** What is known of adapters. */
    public interface Adapters {
        /** Whether it reads a domain's pages, all or a share. */
        boolean reads(String domain, String adapterId);

        /** What the gate measured of it on held-out pages. */
        Optional<GateResult> gate(String adapterId);
    }

    /** What is on disk. */
    private record State(Map<String, Long> positions, List<Gauge> gauges) {}

    /**
     * Takes up where the disk stands; topics that were never followed are followed from their beginning.
     *
     * @param consumer of committed records, of no group; closed with this
     * @param partitions of recognitions and of labels, all of both
     * @param recognitions the topic that recognitions are on
     * @param dir the trainer's folder
     * @param reporter who gives the alarms
     */
    public DriftWatch(
            Consumer<String, byte[]> consumer,
            List<TopicPartition> partitions,
            String recognitions,
            Deserializer<Recognition> recognition,
            Deserializer<LabeledPage> label,
            Path dir,
            WatchRules rules,
            Adapters adapters,
            String reporter,
            Clock clock)
            throws IOException {
        this.consumer = consumer;
        this.recognitions = recognitions;
        this.recognition = recognition;
        this.label = label;
        this.rules = rules;
        this.adapters = adapters;
        this.reporter = reporter;
        this.clock = clock;
        file = dir.resolve("watch").resolve("drift.json");
        State state = Files.exists(file) ? DurableFiles.readJson(file, STATE) : new State(Map.of(), List.of());
        state.gauges().forEach(gauge -> gauges.put(key(gauge.domain(), gauge.adapterId()), gauge));
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            Long position = state.positions().get(partition.toString());
            if (position == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, position);
            }
        }
    }

    /**
     * Takes in what has come, without waiting.
     *
     * @return alarms to be reported before {@link #save} is called
     */
    public List<AdapterEvent> poll() {
        List<AdapterEvent> alarms = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ZERO)) {
            unsaved = true;
            try {
                if (record.value() != null) {
                    alarms.addAll(take(record));
                }
            } catch (RecordException e) {
                if (e.code().action() == ErrorCode.Action.STOP) {
                    throw e;
                }
                LOG.warn(
                        "event=not-counted topic={} partition={} offset={} code={}",
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        e.code());
            } catch (RetriableException e) {
                LOG.warn("event=not-counted topic={} cause=\"{}\"", record.topic(), e.getMessage());
            }
        }
        return alarms;
    }

    private List<AdapterEvent> take(ConsumerRecord<String, byte[]> record) {
        List<Gauge.Alarm> alarms = new ArrayList<>();
        Gauge gauge;
        if (record.topic().equals(recognitions)) {
            Recognition page = recognition.deserialize(record.topic(), record.value());
            if (page.getSupersedes().isPresent()) {
                return List.of(); // an old page, read again: it says nothing about what comes in now
            }
            gauge = gauge(page.getDomain(), page.getAdapterId());
            double looped = page.getFinishReason().equals("LOOP") ? 1 : 0;
            alarms.addAll(gauge.count(Measure.LOOP_RATE, looped, 1, rules.readings()));
            alarms.addAll(gauge.count(Measure.CONFIDENCE, page.getConfidence(), 1, rules.readings()));
        } else {
            LabeledPage page = label.deserialize(record.topic(), record.value());
            gauge = gauge(page.getDomain(), page.getAdapterId());
            String read = NORMAL.normalize(page.getRecognizedText());
            String truth = NORMAL.normalize(page.getTrueText());
            double changed = read.equals(truth) ? 0 : 1;
            alarms.addAll(gauge.count(Measure.LENGTH_RATIO, length(read), length(truth), rules.labels()));
            alarms.addAll(gauge.count(Measure.CORRECTION_RATE, changed, 1, rules.labels()));
        }
        if (alarms.isEmpty() || !adapters.reads(gauge.domain(), gauge.adapterId())) {
            return List.of(); // or pages of former times
        }
        return alarms.stream().map(alarm -> event(gauge, alarm)).toList();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private Gauge gauge(String domain, String adapterId) {
        return gauges.computeIfAbsent(
                key(domain, adapterId), unseen -> Gauge.begin(domain, adapterId, baselines(adapterId)));
    }

    private Map<Measure, Tally> baselines(String adapterId) {
        Map<Measure, Tally> baselines = new EnumMap<>(Measure.class);
        adapters.gate(adapterId).ifPresent(gate -> {
            baselines.put(Measure.LOOP_RATE, Tally.of(gate.getPages(), gate.getLoopRateAfter()));
            baselines.put(Measure.LENGTH_RATIO, Tally.of(gate.getPages(), gate.getLengthRatioAfter()));
        });
        return baselines;
    }

    private static String key(String domain, String adapterId) {
        return domain + "\n" + adapterId;
    }

    private AdapterEvent event(Gauge gauge, Gauge.Alarm alarm) {
        String reason = String.format(
                Locale.ROOT,
                "%s of %d pages: %.4f found, %.4f on %d pages before, %.4f is the limit",
                alarm.measure().label,
                alarm.window().pages(),
                alarm.window().value(),
                alarm.baseline().value(),
                alarm.baseline().pages(),
                alarm.limit());
        LOG.warn("event=drift domain={} adapter={} reason=\"{}\"", gauge.domain(), gauge.adapterId(), reason);
        return AdapterEvent.newBuilder()
                .setDomain(gauge.domain())
                .setKind(AdapterEventKind.DRIFT.name())
                .setAdapterId(gauge.adapterId())
                .setActive(gauge.adapterId())
                .setReason(reason)
                .setMeasures(List.of(new AdapterMeasure(
                        alarm.measure().label,
                        alarm.window().value(),
                        alarm.baseline().value(),
                        alarm.limit(),
                        alarm.window().pages())))
                .setReporter(reporter)
                .setAt(clock.instant())
                .build();
    }

    /** Notes what was counted, now and then; everything before it was reported. */
    public void save() throws IOException {
        if (unsaved && System.nanoTime() - saved >= BETWEEN_SAVES_NANOS) {
            saveNow();
        }
    }

    /** As {@link #save}, at once. */
    public void saveNow() throws IOException {
        if (!unsaved) {
            return;
        }
        Map<String, Long> positions = new HashMap<>();
        consumer.assignment().forEach(partition -> positions.put(partition.toString(), consumer.position(partition)));
        DurableFiles.writeJson(file, new State(positions, List.copyOf(gauges.values())));
        unsaved = false;
        saved = System.nanoTime();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
