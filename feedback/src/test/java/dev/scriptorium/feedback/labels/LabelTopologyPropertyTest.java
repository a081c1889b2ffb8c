package dev.scriptorium.feedback.labels;

import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.QuarantinedLabel;
import dev.scriptorium.schemas.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever the order in which events arrive, the end is the same: the one that a plain model computes from the set of
 * events.
 */
class LabelTopologyPropertyTest {
    private static final int ORDERS = 4;
    private static final List<String> REVIEWERS = List.of("", "Max", "Zoë");
    private static final List<String> TEXTS = List.of("", "a", "b");

    @TempDir
    Path folder;

    /** Something that happened to a page. */
    private sealed interface Event {
        String page();

        Instant at();

        /** @param text null if the recognition was forgotten */
        record Recognized(String page, Instant at, String text) implements Event {}

        record Corrected(String page, Instant at, Correction correction) implements Event {}

        record Withdrawn(String page, Instant at) implements Event {}
    }

    /** Where a page stands and with which text, e.g. {@code labeled a}. */
    private static Optional<String> expected(List<Event> events, int quorum) {
        Optional<String> recognized = newest(events.stream()
                        .filter(Event.Recognized.class::isInstance)
                        .toList())
                .flatMap(event -> Optional.ofNullable(((Event.Recognized) event).text()));
        Instant withdrawn = newest(events.stream()
                        .filter(Event.Withdrawn.class::isInstance)
                        .toList())
                .map(Event::at)
                .orElse(Instant.MIN);
        List<Event.Corrected> words = events.stream()
                .filter(Event.Corrected.class::isInstance)
                .map(Event.Corrected.class::cast)
                .filter(event -> event.at().isAfter(withdrawn))
                .sorted(Comparator.comparing(Event::at))
                .toList();
        Map<String, Event.Corrected> last = new HashMap<>();
        words.forEach(word -> last.put(word.correction().getReviewer(), word));
        if (recognized.isEmpty() || last.isEmpty()) {
            return Optional.empty();
        }
        Map<String, List<Event.Corrected>> camps =
                last.values().stream().collect(Collectors.groupingBy(word -> says(word, recognized.get())));
        Comparator<Map.Entry<String, List<Event.Corrected>>> byNewest =
                Comparator.comparing(camp -> camp.getValue().stream()
                        .map(Event::at)
                        .max(Comparator.naturalOrder())
                        .orElseThrow());
        String label = camps.entrySet().stream()
                .filter(camp -> camp.getValue().size() >= quorum)
                .max(byNewest)
                .map(camp -> "labeled " + camp.getKey())
                .orElseGet(() -> "quarantine "
                        + camps.entrySet().stream().max(byNewest).orElseThrow().getKey());
        return Optional.of(label).filter(decided -> !decided.endsWith("REJECTED"));
    }

    private static String says(Event.Corrected word, String recognized) {
        String text = word.correction().getText();
        return switch (word.correction().getVerdict()) {
            case REJECTED -> "REJECTED";
            case EDITED -> text;
            case ACCEPTED -> text.isEmpty() ? recognized : text;
        };
    }

    private static Optional<Event> newest(List<Event> events) {
        return events.stream().max(Comparator.comparing(Event::at));
    }

    private static List<Event> events(Random random) {
        List<Event> events = new ArrayList<>();
        int count = 5 + random.nextInt(40);
        for (int i = 0; i < count; i++) {
            // within the history and no two at once, so that their order is known
            Instant at =
                    Driver.START.plus(Duration.ofHours(random.nextInt(1000))).plusMillis(i);
            String page = "doc/" + (1 + random.nextInt(3));
            events.add(event(random, page, at));
        }
        return events;
    }

    private static Event event(Random random, String page, Instant at) {
        int kind = random.nextInt(10);
        if (kind < 3) {
            return new Event.Recognized(page, at, kind == 0 ? null : pick(random, TEXTS));
        }
        if (kind == 3) {
            return new Event.Withdrawn(page, at);
        }
        Verdict verdict = pick(random, List.of(Verdict.values()));
        return new Event.Corrected(
                page, at, Driver.correction(page, pick(random, REVIEWERS), pick(random, TEXTS), verdict));
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void endsTheSameInEveryOrder(long seed) {
        Random random = new Random(seed);
        int quorum = 1 + random.nextInt(3);
        List<Event> events = events(random);
        Map<String, String> expected = new TreeMap<>();
        events.stream().collect(Collectors.groupingBy(Event::page)).forEach((page, own) -> expected(own, quorum)
                .ifPresent(state -> expected.put(page, state)));
        for (int order = 0; order < ORDERS; order++) {
            Collections.shuffle(events, random);
            assertThat(played(events, quorum, folder.resolve("order" + order)))
                    .as("seed %d, quorum %d, order %d: %s", seed, quorum, order, events)
                    .isEqualTo(expected);
        }
    }

    private static Map<String, String> played(List<Event> events, int quorum, Path folder) {
        LabelRules rules = new LabelRules(quorum, OptionalDouble.empty(), 2, LabelRules.DEFAULT.history());
        try (Driver driver = new Driver(folder, rules, PlausibilityCheck.NONE)) {
            for (Event event : events) {
                play(event, driver);
            }
            Map<String, String> labeled = new TreeMap<>();
            for (KeyValue<String, ?> record : driver.labels()) {
                put(labeled, record, "labeled");
            }
            Map<String, String> quarantined = new TreeMap<>();
            for (KeyValue<String, ?> record : driver.quarantined()) {
                put(quarantined, record, "quarantine");
            }
            assertThat(labeled).doesNotContainKeys(quarantined.keySet().toArray(String[]::new));
            labeled.putAll(quarantined);
            return labeled;
        }
    }

    private static void put(Map<String, String> state, KeyValue<String, ?> record, String topic) {
        String before = state.get(record.key);
        if (record.value == null) {
            assertThat(before).as("a tombstone for what stood there").isNotNull();
            state.remove(record.key);
        } else {
            state.put(record.key, topic + " " + text(record.value));
        }
    }

    private static String text(Object value) {
        return value instanceof QuarantinedLabel held
                ? held.getLabel().getTrueText()
                : ((LabeledPage) value).getTrueText();
    }

    private static void play(Event event, Driver driver) {
        if (event instanceof Event.Corrected corrected) {
            driver.corrected(corrected.correction(), corrected.at());
        } else if (event instanceof Event.Withdrawn withdrawn) {
            driver.withdrawn(withdrawn.page(), withdrawn.at());
        } else if (((Event.Recognized) event).text() == null) {
            driver.recognitions.pipeInput(event.page(), null, event.at());
        } else {
            driver.recognized(Driver.recognition(event.page(), ((Event.Recognized) event).text()), event.at());
        }
    }
}
