package dev.scriptorium.worker;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.engine.EngineOptions;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.Rollout;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** Adapters change while the bundled model reads lines. */
@ExtendWith(Broker.Shared.class)
class AdapterSwapIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SWAPS = 200;
    private static final List<String> WORDS = List.of("Kitchen", "market 47", "the old mill", "No. 1908", "harbour");

    @TempDir
    static Path blobs;

    @TempDir
    Path drawn;

    private final Broker broker;
    private Stage stage;
    private AdapterPress press;
    private OcrEngine engine;
    private int sent;

    AdapterSwapIT(Broker broker) {
        this.broker = broker;
    }

    @BeforeEach
    void start(TestInfo test) throws IOException {
        String name = "swap" + Integer.toHexString(test.getDisplayName().hashCode());
        stage = new Stage(broker, blobs, name + ".", PageLimits.DEFAULT);
        engine = open();
        press = new AdapterPress(stage, drawn, engine.config(), engine.modelDigest());
    }

    /** The engine is closed with its worker. */
    @AfterEach
    void stop() {
        press.close();
        stage.close();
    }

    @Test
    void readsEachPageWithTheAdapterThatItsDomainHasWhenItBegins() throws Exception {
        LoraAdapter first = press.draw(4, 1);
        LoraAdapter second = press.draw(8, 2);
        Map<String, String> alone = alone(first, second);
        stage.publish(press.manifest("letters", first).build());
        stage.publish(press.manifest("receipts", second).build());
        try (RunningWorker worker = worker("w");
                Stage.Results results = stage.results()) {
            // published before the worker began: in use before its first page
            send("letters", 10);
            send("receipts", 10);
            send("unknown", 10);
            results.await(30, PATIENCE);
            press.activate("letters", second);
            send("letters", 10);
            results.await(40, PATIENCE);
            stage.publish("letters", null);
            press.await(event -> event.getKind().equals("UNLOADED"));
            send("letters", 5);
            results.await(45, PATIENCE);
            worker.stop();
            results.readToEnd();

            assertThat(results.letters).isEmpty();
            assertThat(results.recognitions).hasSize(45).allSatisfy(read -> assertThat(read.getText())
                    .as(read.getPageId() + " read with " + read.getAdapterId())
                    .isEqualTo(alone.get(read.getAdapterId() + image(read.getPageId()))));
            Map<String, Map<String, Long>> readers = results.recognitions.stream()
                    .collect(Collectors.groupingBy(
                            Recognition::getDomain,
                            Collectors.groupingBy(Recognition::getAdapterId, Collectors.counting())));
            assertThat(readers.get("letters")).isEqualTo(Map.of(first.id(), 10L, second.id(), 10L, "", 5L));
            assertThat(readers.get("receipts")).isEqualTo(Map.of(second.id(), 10L));
            assertThat(readers.get("unknown")).isEqualTo(Map.of("", 10L));
        }
        assertThat(Stream.of(first.id(), second.id(), "").map(reader -> texts(alone, reader)))
                .doesNotHaveDuplicates();
    }

    @Test
    void refusesWhatIsNotWhatItShouldBeAndGoesOnWithTheOldAdapter() throws Exception {
        LoraAdapter good = press.draw(4, 1);
        LoraAdapter other = press.draw(4, 2);
        try (RunningWorker worker = worker("w");
                Stage.Results results = stage.results()) {
            press.activate("letters", good);

            refused("ADAPTER_UNFIT", press.manifest("letters", other).setBaseModelDigest("0".repeat(64)));
            refused("ADAPTER_MISMATCH", press.manifest("letters", other).setFiles(press.files(good)));
            refused("ADAPTER_UNFIT", press.manifest("letters", other).setFiles(ofRankEight(other)));
            refused(
                    "ADAPTER_UNFIT",
                    press.manifest("letters", other).setFiles(press.files(other).subList(0, 1)));
            refused("ADAPTER_UNFIT", press.manifest("letters", withoutNumbers(other)));
            refused("INVALID_RECORD", press.manifest("letters", other).setFiles(List.of()));
            refused("INVALID_RECORD", press.manifest("letters", other).setRollout(Rollout.CANARY));
            BlobRef weights = blob(press.files(other), PeftAdapter.WEIGHTS);
            Files.write(Path.of(URI.create(weights.getUri())), new byte[] {1, 2, 3});
            refused("BLOB_MISMATCH", press.manifest("letters", other));
            Files.delete(Path.of(URI.create(weights.getUri())));
            refused("BLOB_MISSING", press.manifest("letters", other));
            long garbage = stage.publish("letters", new byte[] {0, 0, 0, 0, 1, 99});
            press.await(event -> event.getKind().equals("REFUSED") && offset(event) == garbage);

            send("letters", 10);
            results.await(10, PATIENCE);
            assertThat(results.recognitions)
                    .extracting(Recognition::getAdapterId)
                    .containsOnly(good.id());
            assertThat(metric("w", "Refused")).isEqualTo(10L);
            assertThat(metric("w", "Loaded")).isEqualTo(1L);
            worker.stop();
        }
        assertThat(press.events)
                .filteredOn(event -> event.getKind().equals("REFUSED"))
                .hasSize(10)
                .allSatisfy(event -> {
                    assertThat(event.getActive()).isEqualTo(good.id());
                    assertThat(event.getReason()).isNotBlank();
                    assertThat(event.getReporter()).endsWith(".w");
                });
    }

    @Test
    void swapsTwoHundredTimesUnderLoadAndLosesNothing() throws Exception {
        List<LoraAdapter> adapters = new ArrayList<>();
        for (int seed = 0; seed < 40; seed++) {
            adapters.add(press.draw(32, 0.1, seed));
        }
        Map<String, Integer> sentAfter = new HashMap<>();
        // The engine's working memory comes and goes by tens of megabytes: each of the two is the least of several.
        long before = Long.MAX_VALUE;
        long after = Long.MAX_VALUE;
        try (RunningWorker worker = worker("w");
                Stage.Results results = stage.results()) {
            for (int swap = 0; swap < SWAPS; swap++) {
                press.activate("letters", adapters.get(swap % adapters.size()));
                for (PageImage page : send("letters", 4)) {
                    sentAfter.put(page.getPageId(), swap);
                }
                results.poll();
                if (swap >= SWAPS / 5 && swap < SWAPS * 3 / 10 && swap % 4 == 0) {
                    before = Math.min(before, nativeMemory());
                } else if (swap >= SWAPS * 9 / 10 && swap % 4 == 0) {
                    after = Math.min(after, nativeMemory());
                }
            }
            results.await(sent, PATIENCE);
            worker.stop();
            results.readToEnd();

            assertThat(results.letters).isEmpty();
            assertThat(results.recognitions)
                    .hasSize(4 * SWAPS)
                    .extracting(Recognition::getPageId)
                    .doesNotHaveDuplicates();
            assertThat(results.recognitions).allSatisfy(read -> {
                int swap = sentAfter.get(read.getPageId());
                List<String> inUseThenOrLater = IntStream.range(swap, swap + adapters.size() / 2)
                        .mapToObj(i -> adapters.get(i % adapters.size()).id())
                        .toList();
                assertThat(read.getAdapterId()).isIn(inUseThenOrLater);
            });
            // a stack that stays behind is as large as an adapter at least, and there were 120 in between
            assertThat(after - before)
                    .isLessThan(SWAPS * 6 / 10 * 4 * adapters.get(0).parameters() / 4);
        }
    }

    @Test
    void aCanaryReadsItsShareOfTheDocumentsAndThenAll() throws Exception {
        LoraAdapter active = press.draw(4, 1);
        LoraAdapter canary = press.draw(4, 2);
        try (RunningWorker worker = worker("w");
                Stage.Results results = stage.results()) {
            press.activate("letters", active);
            publishOnTrial(Rollout.CANARY, 0.4, active, canary);
            List<PageImage> first = send("letters", 40);
            results.await(40, PATIENCE);
            Map<String, String> readers = readers(results);
            long share = readers.values().stream().filter(canary.id()::equals).count();
            assertThat(share).isBetween(5L, 30L);

            publishOnTrial(Rollout.CANARY, 0.7, active, canary);
            stage.send(first);
            results.await(80, PATIENCE);
            Map<String, String> again = readers(results);
            assertThat(again.values().stream().filter(canary.id()::equals).count())
                    .isGreaterThan(share);
            assertThat(again).allSatisfy((page, reader) -> {
                if (readers.get(page).equals(canary.id())) {
                    assertThat(reader).isEqualTo(canary.id());
                }
            });

            press.activate("letters", canary);
            stage.send(first);
            results.await(120, PATIENCE);
            worker.stop();
            assertThat(readers(results)).containsValue(canary.id()).doesNotContainValue(active.id());
            press.await(event -> event.getKind().equals("UNLOADED"));
        }
        assertThat(press.events)
                .extracting(AdapterEvent::getKind, AdapterEvent::getAdapterId, AdapterEvent::getReason)
                .containsExactly(
                        tuple("LOADED", active.id(), "active"),
                        tuple("LOADED", canary.id(), "canary, 0.4 of the documents"),
                        tuple("LOADED", canary.id(), "canary, 0.7 of the documents"),
                        tuple("LOADED", canary.id(), "active"),
                        tuple("UNLOADED", active.id(), ""));
    }

    @Test
    void aShadowReadsBesideTheActiveAdapterAndOnlyForComparison() throws Exception {
        LoraAdapter active = press.draw(4, 1);
        LoraAdapter shadow = press.draw(4, 2);
        Map<String, String> alone = alone(active, shadow);
        try (RunningWorker worker = worker("w");
                Stage.Results results = stage.results();
                Stage.Follower<Recognition> shadows = stage.shadows()) {
            publishOnTrial(Rollout.SHADOW, 0.5, active, shadow);
            List<PageImage> pages = send("letters", 40);
            stage.send(PageImage.newBuilder(Stage.page("documentless/1").build())
                            .setDomain("letters")
                            .setImage(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                            .build())
                    .get();
            results.await(41, PATIENCE);
            worker.stop();
            results.readToEnd();
            List<Recognition> second = shadows.readToEnd();

            assertThat(results.letters).singleElement().satisfies(letter -> assertThat(letter.getPageId())
                    .isEqualTo("documentless/1"));
            assertThat(results.recognitions)
                    .hasSize(40)
                    .allSatisfy(read ->
                            assertThat(read.getText()).isEqualTo(alone.get(active.id() + image(read.getPageId()))))
                    .extracting(Recognition::getAdapterId)
                    .containsOnly(active.id());
            assertThat(second)
                    .hasSizeBetween(5, 35)
                    .allSatisfy(read -> {
                        assertThat(read.getText()).isEqualTo(alone.get(shadow.id() + image(read.getPageId())));
                        assertThat(read.getAdapterId()).isEqualTo(shadow.id());
                    })
                    .extracting(Recognition::getPageId)
                    .doesNotHaveDuplicates()
                    .isSubsetOf(pages.stream().map(PageImage::getPageId).toList());
        }
    }

    @Test
    void aPageDoesNotWaitForAShadowThatTakesTooLong() throws Exception {
        LoraAdapter active = press.draw(4, 1);
        LoraAdapter shadow = press.draw(4, 2);
        Map<String, String> alone = alone(active, shadow);
        WorkerConfig usual = stage.config("w", WorkerConfig.Protocol.CONSUMER);
        WorkerConfig impatient = new WorkerConfig(
                usual.kafka(),
                usual.topics(),
                usual.limits(),
                usual.blobs(),
                usual.model(),
                new WorkerConfig.Adapters(Optional.empty(), PATIENCE, Duration.ofNanos(1), Optional.empty()),
                usual.worker());
        try (RunningWorker worker = new RunningWorker(impatient, engine);
                Stage.Results results = stage.results();
                Stage.Follower<Recognition> shadows = stage.shadows()) {
            publishOnTrial(Rollout.SHADOW, 1, active, shadow);
            List<PageImage> pages = send("letters", 20);
            results.await(20, PATIENCE);
            worker.stop();
            results.readToEnd();
            List<Recognition> second = shadows.readToEnd();

            assertThat(results.recognitions).hasSize(20).allSatisfy(read -> assertThat(read.getText())
                    .isEqualTo(alone.get(active.id() + image(read.getPageId()))));
            assertThat(second)
                    .allSatisfy(read -> {
                        assertThat(read.getAdapterId()).isEqualTo(shadow.id());
                        assertThat(read.getFinishReason()).isEqualTo("TIMEOUT");
                        assertThat(read.getText()).isEmpty();
                    })
                    .extracting(Recognition::getPageId)
                    .containsExactlyInAnyOrderElementsOf(
                            pages.stream().map(PageImage::getPageId).toList());
        }
    }

    @Test
    void aMergedAdapterReadsEveryPageWhateverIsPublished() throws Exception {
        LoraAdapter merged = press.draw(4, 1);
        LoraAdapter published = press.draw(4, 2);
        Map<String, String> alone = alone(merged);
        WorkerConfig usual = stage.config("w", WorkerConfig.Protocol.CONSUMER);
        WorkerConfig merging = new WorkerConfig(
                usual.kafka(),
                usual.topics(),
                usual.limits(),
                usual.blobs(),
                usual.model(),
                new WorkerConfig.Adapters(Optional.empty(), PATIENCE, PATIENCE, Optional.of(press.folder(4, 1))),
                usual.worker());
        stage.publish(press.manifest("letters", published).build());
        try (RunningWorker worker = new RunningWorker(merging, engine);
                Stage.Results results = stage.results()) {
            send("letters", 10);
            send("unknown", 10);
            results.await(20, PATIENCE);
            worker.stop();

            assertThat(results.recognitions).allSatisfy(read -> {
                assertThat(read.getAdapterId()).isEqualTo(merged.id());
                assertThat(read.getText()).isEqualTo(alone.get(merged.id() + image(read.getPageId())));
            });
        }
    }

    private static OcrEngine open() throws IOException {
        EngineOptions options = new EngineOptions(16, 16, new NgramRule.Off(), 1_000_000, Duration.ofMinutes(1));
        return OcrEngine.open(BundledModel.folder(), DType.F32, options);
    }

    private RunningWorker worker(String id) throws IOException {
        return new RunningWorker(stage.config(id, WorkerConfig.Protocol.CONSUMER), engine);
    }

    /** What each adapter, and the base model, reads on each picture when nothing else is read. */
    private static Map<String, String> alone(LoraAdapter... adapters) throws IOException {
        Map<String, String> texts = new HashMap<>();
        try (OcrEngine single = open()) {
            for (int image = 0; image < WORDS.size(); image++) {
                texts.put("" + image, read(single, image));
            }
            for (LoraAdapter adapter : adapters) {
                single.useAdapter("letters", adapter);
                for (int image = 0; image < WORDS.size(); image++) {
                    texts.put(adapter.id() + image, read(single, image));
                }
            }
        }
        return texts;
    }

    private static List<String> texts(Map<String, String> alone, String reader) {
        return IntStream.range(0, WORDS.size())
                .mapToObj(image -> alone.get(reader + image))
                .toList();
    }

    private static String read(OcrEngine single, int image) throws IOException {
        ByteBuffer png = ByteBuffer.wrap(png(WORDS.get(image)));
        single.add(1, new PageRequest("alone", png, Prompt.FREE_OCR, Mode.LINE, "letters"));
        List<FinishedPage> finished = new ArrayList<>();
        while (finished.isEmpty()) {
            finished.addAll(single.step());
        }
        return ((PageOutcome.Read) finished.get(0).outcome()).reading().text();
    }

    private List<PageImage> send(String domain, int count) throws Exception {
        List<PageImage> pages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pages.add(PageImage.newBuilder(Stage.page("document" + sent + "/1").build())
                    .setMode("line")
                    .setDomain(domain)
                    .setImage(ByteBuffer.wrap(png(WORDS.get(sent % WORDS.size()))))
                    .build());
            sent++;
        }
        stage.send(pages);
        return pages;
    }

    /** Which picture a page shows. */
    private static int image(String pageId) {
        return Integer.parseInt(pageId.replaceAll("document|/1", "")) % WORDS.size();
    }

    /** The adapter of each page's last recognition. */
    private static Map<String, String> readers(Stage.Results results) {
        return results.recognitions.stream()
                .collect(
                        Collectors.toMap(Recognition::getPageId, Recognition::getAdapterId, (earlier, later) -> later));
    }

    private static byte[] png(String text) throws IOException {
        BufferedImage image = new BufferedImage(20 * text.length() + 20, 48, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, image.getWidth(), image.getHeight());
        pen.setColor(Color.BLACK);
        pen.setFont(new Font(Font.SERIF, Font.PLAIN, 34));
        pen.drawString(text, 10, 36);
        pen.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    private void refused(String code, AdapterManifest.Builder manifest) throws Exception {
        long offset = stage.publish(manifest.build());
        AdapterEvent event = press.await(each -> offset(each) == offset);
        assertThat(event)
                .as(event.getReason())
                .extracting(AdapterEvent::getKind, AdapterEvent::getCode)
                .containsExactly("REFUSED", code);
    }

    private void publishOnTrial(Rollout rollout, double share, LoraAdapter active, LoraAdapter candidate)
            throws Exception {
        long offset = stage.publish(press.manifest("letters", candidate)
                .setState(AdapterState.CANDIDATE)
                .setActive(active.id())
                .setActiveFiles(press.files(active))
                .setCandidate(candidate.id())
                .setRollout(rollout)
                .setShare(share)
                .build());
        press.await(event -> offset(event) == offset);
    }

    private static long offset(AdapterEvent event) {
        return event.getManifest().orElseThrow().getOffset();
    }

    private static BlobRef blob(List<AdapterFile> files, String name) {
        return files.stream()
                .filter(file -> file.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getBlob();
    }

    /** The same adapter with a number that is none in every place, and an id that says so. */
    private LoraAdapter withoutNumbers(LoraAdapter adapter) throws IOException {
        return press.edit(adapter, weights -> {
            ByteBuffer numbers = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 8 + (int) numbers.getLong(0); i < weights.length; i += 4) {
                numbers.putFloat(i, Float.NaN);
            }
        });
    }

    /** The files of an adapter whose config tells of another rank. */
    private List<AdapterFile> ofRankEight(LoraAdapter adapter) throws IOException {
        return press.editConfig(adapter, config -> config.replace("\"r\": 4", "\"r\": 8"));
    }

    /** Memory of this process that is no mapped file and not the JVM's own. */
    private static long nativeMemory() throws IOException {
        System.gc();
        MemoryMXBean own = ManagementFactory.getMemoryMXBean();
        long resident = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
        return resident
                - own.getHeapMemoryUsage().getCommitted()
                - own.getNonHeapMemoryUsage().getCommitted();
    }

    private Object metric(String worker, String name) throws Exception {
        String id = stage.place().prefix() + worker;
        return ManagementFactory.getPlatformMBeanServer()
                .getAttribute(
                        new ObjectName("dev.scriptorium.worker:type=adapters,worker=" + ObjectName.quote(id)), name);
    }
}
