package dev.scriptorium.model.engine;

import ai.djl.engine.EngineException;
import dev.scriptorium.model.confidence.Calibration;
import dev.scriptorium.model.confidence.Confidence;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.LineFinder;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.ladder.Rung;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads pages with a DeepSeek-OCR checkpoint. A page model is given the page in the views of its {@link
 * Mode}; a line model is given the lines that {@link LineFinder} cuts out, or the whole image where the
 * mode is {@link Mode#LINE}. Pages are prepared just ahead of the model, so that memory holds few of
 * them however many are waiting. What is cut, loops or is missing is read again as {@link Ladder} says.
 *
 * <p>Not thread-safe: one thread drives it.
 */
public final class OcrEngine implements PageEngine {
    /** What a line model is asked: nothing but the picture. */
    static final String LINE_PROMPT = Tokenizer.IMAGE;

    /** Lines encoded together: enough to share what a call costs, few enough that they stay in the processor's cache. */
    static final int LINES_A_BATCH = 8;

    /** Pages whose pictures are ready or being made: enough to keep a processor busy; a GPU wants as many as it reads at once. */
    private static final int PREPARED_AHEAD = 8;

    /** Lines ready for the engine: among so many there are enough of one width for a batch. */
    private static final int PREPARED_LINES = 256;

    private final Network network;
    private final Tokenizer tokenizer;
    private final PromptEncoder prompts;
    private final Set<Integer> tableTags;
    private final Checkpoint checkpoint;
    private final Confidence confidence;
    private final EngineOptions options;
    private final MemoryPlan plan;
    private final Adapters adapters;
    private final Engine engine;
    private final int prepared;
    private final int ahead;
    private final PagePreparer preparer;
    private final Ladder ladder;

    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    /** Pages whose pictures are being made, in order of arrival. */
    private final Deque<Coming> coming = new ArrayDeque<>();
    /** Pages whose pictures are being made another time. */
    private final List<Again> again = new ArrayList<>();

    private final Map<Long, PageInFlight> pages = new LinkedHashMap<>();
    private final Map<Sequence, PageInFlight> pageOf = new HashMap<>();
    private String digest;

    private record Arrival(long ticket, PageRequest request) {}

    /** @param adapter pinned when work on the page began */
    private record Coming(
            Arrival arrival, Optional<LoraAdapter> adapter, String adapterId, Future<PagePreparer.Prepared> prepared) {}

    /** @param reading the one before */
    private record Again(
            PageInFlight page,
            PageReading reading,
            Rung rung,
            long startNanos,
            Future<PagePreparer.Prepared> prepared) {}

    private OcrEngine(
            Network network,
            Tokenizer tokenizer,
            Checkpoint checkpoint,
            Confidence confidence,
            EngineOptions options,
            MemoryPlan plan) {
        this.network = network;
        this.tokenizer = tokenizer;
        this.checkpoint = checkpoint;
        this.confidence = confidence;
        this.options = options;
        this.plan = plan;
        prompts = new PromptEncoder(tokenizer);
        tableTags = Stream.of("<td>", "</td>", "<tr>", "</tr>")
                .filter(tokenizer::has)
                .map(tokenizer::id)
                .collect(Collectors.toUnmodifiableSet());
        adapters = new Adapters(network);
        boolean lines = network.config().unit() == ModelConfig.Unit.LINE;
        int batch = lines ? LINES_A_BATCH : options.slots();
        engine = new Engine(network, adapters.bank(), options.slots(), batch, plan.shape());
        prepared = lines ? Math.max(options.slots(), PREPARED_LINES) : options.slots();
        ahead = network.compute().onCpu() ? PREPARED_AHEAD : Math.max(PREPARED_AHEAD, options.slots());
        boolean retries = options.retries().readings() > 1;
        preparer = network.compute().onCpu()
                ? new PagePreparer(network.config(), options.maxPixels(), retries)
                : new PagePreparer(network.config(), options.maxPixels(), retries, PagePreparer.GPU_MOST_THREADS);
        ladder = new Ladder(options.retries());
    }

    /**
     * Opens a model folder on the processor, with its {@link Calibration} if it has one.
     *
     * @param type what it computes in: {@link DType#F32} or {@link DType#BF16}
     * @throws dev.scriptorium.model.config.ModelFormatException if the folder is not a valid checkpoint
     * @throws MemoryPlanException if it would need more memory than there is
     * @throws IOException if a file cannot be read
     */
    public static OcrEngine open(Path modelDir, DType type, EngineOptions options) throws IOException {
        return open(modelDir, Compute.cpu(type), options);
    }

    /** The same wherever is wanted; weights, keys and values lie there, and what there is of its memory is planned with. */
    public static OcrEngine open(Path modelDir, Compute compute, EngineOptions options) throws IOException {
        Checkpoint checkpoint = Checkpoint.open(modelDir);
        try {
            MemoryPlan plan = MemoryPlan.of(checkpoint, compute, options, compute.freeMemory());
            Confidence confidence = Calibration.read(modelDir)
                    .<Confidence>map(calibration -> calibration)
                    .orElse(Confidence.UNCALIBRATED);
            Tokenizer tokenizer = Tokenizer.load(modelDir.resolve("tokenizer.json"));
            return new OcrEngine(Network.load(checkpoint, compute), tokenizer, checkpoint, confidence, options, plan);
        } catch (IOException | RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    /** How sure readings are said to be: the checkpoint's {@link Calibration}, or {@link Confidence#UNCALIBRATED}. */
    public Confidence confidence() {
        return confidence;
    }

    /** What this engine takes of the memory. */
    public MemoryPlan memoryPlan() {
        return plan;
    }

    /** The checkpoint's dimensions. */
    public ModelConfig config() {
        return network.config();
    }

    /**
     * Reads pages of a domain with an adapter, beside the weights, from now on; pages that are being read
     * keep theirs. Pages of several domains share batches.
     *
     * @param adapter read for this engine's {@link #config()}
     * @throws IllegalStateException if an adapter is merged into the weights
     */
    public void useAdapter(String domain, LoraAdapter adapter) {
        useAdapters(domain, Optional.of(adapter), Optional.empty());
    }

    /**
     * Reads pages of a domain with these adapters from now on, as {@link #useAdapter} says.
     *
     * @param active what pages are read with; none for the base model
     * @param candidate what pages are read with that are {@linkplain PageRequest#trial on trial}; none for the active one
     * @throws IllegalStateException if an adapter is merged into the weights
     */
    public void useAdapters(String domain, Optional<LoraAdapter> active, Optional<LoraAdapter> candidate) {
        adapters.use(domain, active, candidate, this::adaptersInFlight);
    }

    /** Reads pages of a domain with the base model from now on; pages that are being read keep their adapter. */
    public void dropAdapter(String domain) {
        useAdapters(domain, Optional.empty(), Optional.empty());
    }

    /**
     * Copies adapters into native memory, for {@link #holdAdapters}: what takes time about a change of adapters. Any
     * thread may do this while this engine reads.
     *
     * @throws EngineException if there is no memory for it; nothing has changed then
     */
    public AdapterBank.Stack stackAdapters(Set<LoraAdapter> all) {
        return adapters.bank().stack(all);
    }

    /**
     * Puts these adapters at hand, so that {@link #useAdapters} costs nothing. From now on the caller lets go of what is
     * not {@linkplain #adaptersNeeded needed} any more, by holding less.
     *
     * @param stack closed when something else is held
     * @return false if it lacks one that is needed: then nothing changes, and the stack stays the caller's
     */
    public boolean holdAdapters(AdapterBank.Stack stack) {
        return adapters.take(stack, this::adaptersInFlight);
    }

    /** The adapters that domains have or that pages are still being read with. */
    public Set<LoraAdapter> adaptersNeeded() {
        return adapters.needed(this::adaptersInFlight);
    }

    /** Tries adapters out beside this engine; to be closed before it. */
    public AdapterTrial adapterTrial() {
        return new AdapterTrial(network, tokenizer);
    }

    /**
     * Merges an adapter into the weights, in place of one that was merged before: every page of every domain
     * is read with it, as fast as with the base model.
     *
     * @throws IllegalStateException if pages are in flight or domains have adapters
     */
    public void mergeAdapter(LoraAdapter adapter) {
        requireIdle();
        adapters.merge(adapter);
    }

    /**
     * Puts the base model's weights back, to the bit.
     *
     * @throws IllegalStateException if pages are in flight
     */
    public void unmergeAdapter() {
        requireIdle();
        adapters.unmerge();
    }

    private Set<LoraAdapter> adaptersInFlight() {
        Set<LoraAdapter> reading = new HashSet<>();
        pageOf.keySet().forEach(sequence -> sequence.adapter().ifPresent(reading::add));
        coming.forEach(page -> page.adapter().ifPresent(reading::add));
        again.forEach(page -> page.page().order().adapter().ifPresent(reading::add));
        return reading;
    }

    private void requireIdle() {
        if (inFlight() > 0) {
            throw new IllegalStateException("changing weights: no page in flight expected, " + inFlight() + " found");
        }
    }

    @Override
    public void add(long ticket, PageRequest request) {
        arrivals.add(new Arrival(ticket, request));
    }

    @Override
    public List<FinishedPage> step() {
        List<FinishedPage> finished = new ArrayList<>();
        beginPrepared(finished);
        readAgainPrepared(finished);
        try {
            for (Sequence sequence : engine.step()) {
                PageInFlight page = pageOf.remove(sequence);
                // several of its lines may have ended in this step
                if (page != null && !readsAgain(page, sequence) && page.done() && pages.containsKey(page.ticket())) {
                    settle(page, finished);
                }
            }
        } catch (EngineException e) {
            if (!outOfMemory(e)) {
                throw e;
            }
            failRunning(
                    PageFailure.OUT_OF_MEMORY, "reading: memory for the batch expected, libtorch found none", finished);
        }
        giveUpLatePages(finished);
        adapters.retire(this::adaptersInFlight);
        return finished;
    }

    @Override
    public void cancel(long ticket) {
        arrivals.removeIf(arrival -> arrival.ticket() == ticket);
        coming.removeIf(page -> page.arrival().ticket() == ticket && forget(page.prepared()));
        PageInFlight page = pages.remove(ticket);
        if (page != null) {
            forget(page);
        }
    }

    @Override
    public int inFlight() {
        return arrivals.size() + coming.size() + pages.size();
    }

    @Override
    public String modelDigest() {
        if (digest == null) {
            try {
                digest = checkpoint.digest();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(checkpoint.dir() + ": cannot be read again", e);
            }
        }
        return digest;
    }

    @Override
    public void close() {
        preparer.close();
        tokenizer.close();
        adapters.close();
        network.close();
        try {
            checkpoint.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(checkpoint.dir() + ": cannot be closed", e);
        }
    }

    /**
     * Hands pictures that are ready to the engine, in order of arrival, and keeps the next ones coming. While sequences run
     * it waits for no picture.
     */
    private void beginPrepared(List<FinishedPage> finished) {
        comeNext();
        while (!coming.isEmpty() && engine.waiting() < prepared) {
            if (!coming.peek().prepared().isDone() && !waits()) {
                return;
            }
            Coming next = coming.remove();
            begin(next, PagePreparer.await(next.prepared()), finished);
            comeNext();
        }
    }

    private void comeNext() {
        while (!arrivals.isEmpty() && coming.size() < ahead) {
            Arrival next = arrivals.remove();
            Optional<LoraAdapter> adapter = adapters.of(next.request());
            coming.add(new Coming(next, adapter, adapters.idOf(adapter), preparer.first(next.request())));
        }
    }

    /** Lines are worth waiting for until there are enough for full batches; a page is not. */
    private boolean waits() {
        return lines() ? engine.running().isEmpty() : engine.idle();
    }

    private void begin(Coming page, PagePreparer.Prepared prepared, List<FinishedPage> finished) {
        Arrival arrival = page.arrival();
        if (prepared instanceof PagePreparer.Prepared.Refused refused) {
            finished.add(failed(arrival.ticket(), refused.failure(), refused.message()));
            return;
        }
        PagePreparer.Prepared.Ready ready = (PagePreparer.Prepared.Ready) prepared;
        PageRequest request = arrival.request();
        PageInFlight.Order order = new PageInFlight.Order(
                arrival.ticket(), request, ready.survey(), page.adapter(), page.adapterId(), ready.startNanos());
        List<PageInFlight.Part> parts = parts(ready, order);
        Optional<Sequence> tooLong = tooLong(parts);
        if (tooLong.isPresent()) {
            finished.add(failed(
                    arrival.ticket(),
                    PageFailure.OUT_OF_MEMORY,
                    "page " + request.pageId() + ": prompt and answer limit of at most " + engine.positions()
                            + " positions expected, which is all KV memory, "
                            + tooLong.get().mostPositions() + " found"));
            return;
        }
        begin(new PageInFlight(order, ready.rung(), ready.startNanos(), ready.endNanos(), parts));
        if (parts.isEmpty()) {
            settle(pages.get(arrival.ticket()), finished);
        }
    }

    private Optional<Sequence> tooLong(List<PageInFlight.Part> parts) {
        return parts.stream()
                .map(PageInFlight.Part::sequence)
                .filter(sequence -> !engine.fits(sequence))
                .findFirst();
    }

    private void begin(PageInFlight page) {
        pages.put(page.ticket(), page);
        for (PageInFlight.Part part : page.parts()) {
            pageOf.put(part.sequence(), page);
            engine.add(part.sequence());
        }
    }

    private boolean lines() {
        return config().unit() == ModelConfig.Unit.LINE;
    }

    private List<PageInFlight.Part> parts(PagePreparer.Prepared.Ready ready, PageInFlight.Order order) {
        NgramRule rule = ready.rung().strict() ? options.ngramRule().stricter() : options.ngramRule();
        return ready.parts().stream()
                .map(part -> new PageInFlight.Part(
                        sequence(part.picture(), prompt(part.picture(), order.request()), order.adapter(), rule),
                        part.line()))
                .toList();
    }

    private PromptTokens prompt(Picture picture, PageRequest request) {
        if (picture instanceof Picture.Line line) {
            int rows = line.canvas().height() / config().sam().tokenHeight();
            int tokens = line.canvas().paddedWidth() / config().sam().tokenWidth() * rows;
            return prompts.encode(LINE_PROMPT, tokens + rows + 1);
        }
        PageViews views = ((Picture.Page) picture).views();
        return prompts.encode(
                request.prompt(), views.visionTokens(config().sam().patch()));
    }

    private Sequence sequence(Picture picture, PromptTokens prompt, Optional<LoraAdapter> adapter, NgramRule rule) {
        int limit = Engine.answerLimit(config(), prompt.length(), options.maxNewTokens());
        return new Sequence(picture, prompt, adapter, limit, config().decoder().eos(), rule, tableTags);
    }

    /** A line that was cut or ran in a loop is read once more, strictly; the rest of its page waits. */
    private boolean readsAgain(PageInFlight page, Sequence ended) {
        boolean wrong = ended.finish() == FinishReason.LOOP || ended.finish() == FinishReason.LENGTH;
        if (!wrong || page.rung().mode() != Mode.LINE || options.retries().readings() < 2 || late(page)) {
            return false;
        }
        List<PageInFlight.Part> parts = page.parts();
        for (int i = 0; i < parts.size(); i++) {
            PageInFlight.Part part = parts.get(i);
            if (part.sequence() == ended && part.first().isEmpty()) {
                Sequence again = sequence(
                        ended.picture(),
                        ended.prompt(),
                        ended.adapter(),
                        options.ngramRule().stricter());
                page.replace(i, again);
                pageOf.put(again, page);
                engine.add(again);
                return true;
            }
        }
        return false;
    }

    private boolean late(PageInFlight page) {
        return elapsed(page).compareTo(options.retries().time()) > 0;
    }

    private static Duration elapsed(PageInFlight page) {
        return Duration.ofNanos(System.nanoTime() - page.startNanos());
    }

    /** A page has been read: again, or it is finished. */
    private void settle(PageInFlight page, List<FinishedPage> finished) {
        PageReading reading = page.reading(tokenizer, confidence, System.nanoTime());
        Optional<Rung> next = page.parts().isEmpty() || page.rung().mode() == Mode.LINE
                ? Optional.empty()
                : ladder.next(page.tried(reading), page.order().survey(), elapsed(page));
        if (next.isEmpty()) {
            finish(page, page.best(reading), finished);
        } else {
            again.add(new Again(
                    page,
                    reading,
                    next.get(),
                    System.nanoTime(),
                    preparer.again(page.request(), page.order().survey(), next.get())));
        }
    }

    /** Reads pages another time whose pictures are ready; where there is nothing else to do, it waits for one. */
    private void readAgainPrepared(List<FinishedPage> finished) {
        if (!again.isEmpty() && engine.idle() && coming.isEmpty()) {
            PagePreparer.await(again.get(0).prepared());
        }
        List<Again> ready =
                again.stream().filter(page -> page.prepared().isDone()).toList();
        again.removeAll(ready);
        for (Again page : ready) {
            PagePreparer.Prepared prepared = PagePreparer.await(page.prepared());
            if (!again(page, prepared)) {
                finish(page.page(), page.page().best(page.reading()), finished);
            }
        }
    }

    /** @return false if the page cannot be read that way: there is no room for it */
    private boolean again(Again page, PagePreparer.Prepared prepared) {
        if (prepared instanceof PagePreparer.Prepared.Refused refused) {
            if (refused.failure() == PageFailure.OUT_OF_MEMORY || refused.failure() == PageFailure.TIMEOUT) {
                return false;
            }
            throw new IllegalStateException(
                    "page " + page.page().request().pageId() + ": read once, unreadable now: " + refused.message());
        }
        PagePreparer.Prepared.Ready ready = (PagePreparer.Prepared.Ready) prepared;
        List<PageInFlight.Part> parts = parts(ready, page.page().order());
        int prompt = parts.get(0).sequence().prompt().length();
        if (prompt + page.reading().tokens() > config().decoder().maxPositions()
                || tooLong(parts).isPresent()) {
            return false;
        }
        begin(page.page().again(page.reading(), page.rung(), page.startNanos(), ready.endNanos(), parts));
        return true;
    }

    private void finish(PageInFlight page, PageReading reading, List<FinishedPage> finished) {
        pages.remove(page.ticket());
        finished.add(new FinishedPage(page.ticket(), new PageOutcome.Read(reading)));
    }

    private void giveUpLatePages(List<FinishedPage> finished) {
        long now = System.nanoTime();
        for (Iterator<PageInFlight> all = pages.values().iterator(); all.hasNext(); ) {
            PageInFlight page = all.next();
            if (now - page.startNanos() > options.pageTimeout().toNanos()) {
                all.remove();
                Optional<PageReading> read = readSoFar(page);
                forget(page);
                if (read.isPresent()) {
                    finished.add(new FinishedPage(page.ticket(), new PageOutcome.Read(read.get())));
                    continue;
                }
                String message = "page " + page.request().pageId() + ": at most "
                        + options.pageTimeout().toSeconds() + " s expected, still reading";
                finished.add(failed(page.ticket(), PageFailure.TIMEOUT, message));
            }
        }
    }

    private Optional<PageReading> readSoFar(PageInFlight page) {
        return again.stream()
                .filter(it -> it.page() == page)
                .map(it -> page.best(it.reading()))
                .findFirst()
                .or(page::bestEarlier);
    }

    private void failRunning(PageFailure failure, String message, List<FinishedPage> finished) {
        Set<PageInFlight> hit = engine.running().stream().map(pageOf::get).collect(Collectors.toSet());
        for (PageInFlight page : hit) {
            pages.remove(page.ticket());
            forget(page);
            if (page.bestEarlier().isPresent()) {
                PageReading best = page.bestEarlier().get();
                finished.add(new FinishedPage(page.ticket(), new PageOutcome.Read(best)));
                continue;
            }
            finished.add(failed(page.ticket(), failure, "page " + page.request().pageId() + ": " + message));
        }
    }

    private static boolean forget(Future<PagePreparer.Prepared> prepared) {
        prepared.cancel(false);
        return true;
    }

    private void forget(PageInFlight page) {
        again.removeIf(it -> it.page() == page && forget(it.prepared()));
        List<Sequence> sequences =
                page.parts().stream().map(PageInFlight.Part::sequence).toList();
        sequences.forEach(pageOf::remove);
        engine.cancel(sequences);
    }

    private static FinishedPage failed(long ticket, PageFailure failure, String message) {
        return new FinishedPage(ticket, new PageOutcome.Failed(failure, message));
    }

    private static boolean outOfMemory(EngineException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("not enough memory") || message.contains("out of memory");
    }
}
