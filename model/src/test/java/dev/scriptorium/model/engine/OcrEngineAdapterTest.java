package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class OcrEngineAdapterTest {
    private static final List<String> IMAGES = List.of("square_96x96", "landscape_1300x620", "portrait_700x1000");
    private static final List<String> DOMAINS = List.of("", "letters", "receipts");

    private OcrEngine engine;
    private LoraAdapter letters;
    private LoraAdapter receipts;
    private long ticket;

    @BeforeEach
    void open() throws IOException {
        EngineOptions options = new EngineOptions(3, 24, NgramRule.READING, 100_000_000, Duration.ofMinutes(5));
        engine = OcrEngine.open(Golden.tiny("model"), DType.F32, options);
        letters = LoraAdapter.read(Golden.tiny("adapter_init"), engine.config());
        receipts = LoraAdapter.read(Golden.tiny("adapter_trained_aux"), engine.config());
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aBatchOfSeveralDomainsIsReadAsEachPageAlone() {
        engine.useAdapter("letters", letters);
        engine.useAdapter("receipts", receipts);
        Map<Long, PageReading> alone = new TreeMap<>();
        for (String image : IMAGES) {
            for (String domain : DOMAINS) {
                add(image, domain);
                alone.putAll(drain());
            }
        }
        long before = ticket;
        for (String image : IMAGES) {
            for (String domain : DOMAINS) {
                add(image, domain);
            }
        }
        drain().forEach((number, reading) -> {
            PageReading expected = alone.get(number - before);
            assertThat(reading.text()).isEqualTo(expected.text());
            assertThat(reading.adapterId()).isEqualTo(expected.adapterId());
        });
        assertThat(alone.values().stream().map(PageReading::adapterId).distinct())
                .containsExactly("", letters.id(), receipts.id());
        assertThat(alone.get(1L).text()).isNotEqualTo(alone.get(2L).text());
    }

    @Test
    void pagesOfOtherDomainsAreReadAsWithoutAdapters() {
        add(IMAGES.get(0), "");
        PageReading plain = drain().get(ticket);
        engine.useAdapter("letters", letters);
        add(IMAGES.get(0), "unknown");
        PageReading beside = drain().get(ticket);

        assertThat(beside.text()).isEqualTo(plain.text());
        assertThat(beside.confidence()).isCloseTo(plain.confidence(), within(1e-6));
        assertThat(beside.adapterId()).isEmpty();
    }

    @Test
    void aPageThatIsBeingReadKeepsItsAdapterWhenItIsReplaced() {
        engine.useAdapter("letters", letters);
        add(IMAGES.get(0), "letters");
        PageReading whole = drain().get(ticket);

        add(IMAGES.get(0), "letters");
        engine.step();
        engine.step();
        engine.useAdapter("letters", receipts);
        add(IMAGES.get(0), "letters");
        engine.step();
        engine.dropAdapter("letters");
        add(IMAGES.get(0), "letters");
        Map<Long, PageReading> readings = drain();

        assertThat(readings.get(ticket - 2).text()).isEqualTo(whole.text());
        assertThat(readings.get(ticket - 2).adapterId()).isEqualTo(letters.id());
        assertThat(readings.get(ticket - 1).adapterId()).isEqualTo(receipts.id());
        assertThat(readings.get(ticket).adapterId()).isEmpty();
    }

    @Test
    void anAdapterThatWasStackedBeforeIsPutInUseWithoutACopy() {
        add(IMAGES.get(0), "letters");
        PageReading plain = drain().get(ticket);
        engine.useAdapter("letters", letters);
        add(IMAGES.get(0), "letters");
        PageReading expected = drain().get(ticket);
        engine.dropAdapter("letters");

        assertThat(engine.holdAdapters(engine.stackAdapters(Set.of(letters, receipts))))
                .isTrue();
        engine.useAdapters("letters", Optional.of(letters), Optional.of(receipts));
        add(IMAGES.get(0), "letters");
        engine.step();
        try (AdapterBank.Stack lacksWhatIsNeeded = engine.stackAdapters(Set.of(letters))) {
            assertThat(engine.holdAdapters(lacksWhatIsNeeded)).isFalse();
        }
        engine.useAdapters("letters", Optional.empty(), Optional.empty());
        assertThat(engine.adaptersNeeded()).containsExactly(letters);
        assertThat(drain().get(ticket).text()).isEqualTo(expected.text());
        assertThat(engine.adaptersNeeded()).isEmpty();
        assertThat(engine.holdAdapters(engine.stackAdapters(Set.of()))).isTrue();
        add(IMAGES.get(0), "letters");
        assertThat(drain().get(ticket).text()).isEqualTo(plain.text());
    }

    @Test
    void aPageOnTrialIsReadWithTheCandidate() {
        engine.useAdapter("other", receipts);
        add(IMAGES.get(0), "other");
        PageReading expected = drain().get(ticket);

        engine.useAdapters("letters", Optional.of(letters), Optional.of(receipts));
        add(IMAGES.get(0), "letters", true);
        add(IMAGES.get(0), "letters");
        Map<Long, PageReading> readings = drain();
        assertThat(readings.get(ticket - 1).adapterId()).isEqualTo(receipts.id());
        assertThat(readings.get(ticket - 1).text()).isEqualTo(expected.text());
        assertThat(readings.get(ticket).adapterId()).isEqualTo(letters.id());
        assertThat(readings.get(ticket).text()).isNotEqualTo(expected.text());
    }

    @Test
    void aMergedAdapterReadsAsTheSameOneBesideTheWeights() {
        add(IMAGES.get(0), "letters");
        PageReading plain = drain().get(ticket);
        engine.useAdapter("letters", letters);
        add(IMAGES.get(0), "letters");
        PageReading beside = drain().get(ticket);
        engine.dropAdapter("letters");

        engine.mergeAdapter(letters);
        add(IMAGES.get(0), "any");
        PageReading merged = drain().get(ticket);
        engine.unmergeAdapter();
        add(IMAGES.get(0), "letters");
        PageReading after = drain().get(ticket);

        assertThat(merged.text()).isEqualTo(beside.text());
        assertThat(merged.adapterId()).isEqualTo(letters.id());
        assertThat(after.text()).isEqualTo(plain.text()).isNotEqualTo(beside.text());
        assertThat(after.confidence()).isCloseTo(plain.confidence(), within(1e-6));
        assertThat(after.adapterId()).isEmpty();
    }

    @Test
    void refusesToChangeWeightsUnderAPage() {
        add(IMAGES.get(0), "");
        assertThatThrownBy(() -> engine.mergeAdapter(letters))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("changing weights: no page in flight expected, 1 found");
        drain();
        engine.mergeAdapter(letters);
        assertThatThrownBy(() -> engine.useAdapter("letters", receipts))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("weights of the base model expected, merged with " + letters.id());
    }

    private void add(String image, String domain) {
        add(image, domain, false);
    }

    private void add(String image, String domain, boolean trial) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Golden.tiny("images/" + image + ".png")));
            engine.add(++ticket, new PageRequest(image, bytes, Prompt.FREE_OCR, Mode.TINY, domain, trial));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<Long, PageReading> drain() {
        Map<Long, PageReading> readings = new TreeMap<>();
        while (engine.inFlight() > 0) {
            for (FinishedPage page : engine.step()) {
                readings.put(page.ticket(), ((PageOutcome.Read) page.outcome()).reading());
            }
        }
        return readings;
    }
}
