package dev.scriptorium.model.engine;

import ai.djl.engine.EngineException;
import dev.scriptorium.model.confidence.Calibration;
import dev.scriptorium.model.confidence.Confidence;
import dev.scriptorium.model.config.FreeMemory;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.image.LineFinder;
import dev.scriptorium.model.image.OversizeImageException;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.image.SlowImageException;
import dev.scriptorium.model.image.UnreadableImageException;
import dev.scriptorium.model.ladder.AutoMode;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.ladder.PageSurvey;
import dev.scriptorium.model.ladder.Rung;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final ImageDecoder decoder;
    private final LineFinder lineFinder = new LineFinder();
    private final PageTiler tiler = new PageTiler();
    private final Ladder ladder;

    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final Map<Long, PageInFlight> pages = new LinkedHashMap<>();
    private final Map<Sequence, PageInFlight> pageOf = new HashMap<>();
    private String digest;

    private record Arrival(long ticket, PageRequest request, long nanos) {}

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
        decoder = new ImageDecoder(options.maxPixels());
        ladder = new Ladder(options.retries());
    }

    /**
     * Opens a model folder, with its {@link Calibration} if it has one.
     *
     * @param type what it computes in: {@link DType#F32} or {@link DType#BF16}
     * @throws dev.scriptorium.model.config.ModelFormatException if the folder is not a valid checkpoint
     * @throws MemoryPlanException if it would need more memory than there is
     * @throws IOException if a file cannot be read
     */
    public static OcrEngine open(Path modelDir, DType type, EngineOptions options) throws IOException {
        Checkpoint checkpoint = Checkpoint.open(modelDir);
        try {
            MemoryPlan plan = MemoryPlan.of(checkpoint, type, options, FreeMemory.bytes());
            Confidence confidence = Calibration.read(modelDir)
                    .<Confidence>map(calibration -> calibration)
                    .orElse(Confidence.UNCALIBRATED);
            Tokenizer tokenizer = Tokenizer.load(modelDir.resolve("tokenizer.json"));
            return new OcrEngine(Network.load(checkpoint, type), tokenizer, checkpoint, confidence, options, plan);
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
        adapters.use(domain, active, candidate, pageOf.keySet());
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
        return adapters.take(stack, pageOf.keySet());
    }

    /** The adapters that domains have or that pages are still being read with. */
    public Set<LoraAdapter> adaptersNeeded() {
        return adapters.needed(pageOf.keySet());
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

    private void requireIdle() {
        if (inFlight() > 0) {
            throw new IllegalStateException("changing weights: no page in flight expected, " + inFlight() + " found");
        }
    }

    @Override
    public void add(long ticket, PageRequest request) {
        arrivals.add(new Arrival(ticket, request, System.nanoTime()));
    }

    @Override
    public List<FinishedPage> step() {
        List<FinishedPage> finished = new ArrayList<>();
        while (!arrivals.isEmpty() && engine.waiting() < prepared) {
            prepare(arrivals.remove(), finished);
        }
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
        adapters.retire(pageOf.keySet());
        return finished;
    }

    @Override
    public void cancel(long ticket) {
        arrivals.removeIf(arrival -> arrival.ticket() == ticket);
        PageInFlight page = pages.remove(ticket);
        if (page != null) {
            forget(page);
        }
    }

    @Override
    public int inFlight() {
        return arrivals.size() + pages.size();
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
        tokenizer.close();
        adapters.close();
        network.close();
        try {
            checkpoint.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(checkpoint.dir() + ": cannot be closed", e);
        }
    }

    private void prepare(Arrival arrival, List<FinishedPage> finished) {
        PageRequest request = arrival.request();
        long start = System.nanoTime();
        try {
            RgbImage image = decode(request);
            Optional<LoraAdapter> adapter = adapters.of(request);
            boolean lines = config().unit() == ModelConfig.Unit.LINE;
            LineFinder.Lines found = found(image, request, lines);
            PageSurvey survey = found == null
                    ? PageSurvey.unknown(image.width(), image.height())
                    : PageSurvey.of(found, image.width(), image.height());
            Rung rung = Rung.first(mode(request.mode(), survey));
            PageInFlight.Order order =
                    new PageInFlight.Order(arrival.ticket(), request, survey, adapter, adapters.idOf(adapter), start);
            List<PageInFlight.Part> parts = List.of();
            if (lines) {
                parts = lines(found.lines(), adapter);
            } else if (!survey.blank() || !asksForText(request.prompt())) {
                parts = wholePage(image, rung, order);
            }
            Optional<PageInFlight.Part> tooLong =
                    parts.stream().filter(part -> !engine.fits(part.sequence())).findFirst();
            if (tooLong.isPresent()) {
                finished.add(failed(
                        arrival.ticket(),
                        PageFailure.OUT_OF_MEMORY,
                        "page " + request.pageId() + ": prompt and answer limit of at most " + engine.positions()
                                + " positions expected, which is all KV memory, "
                                + tooLong.get().sequence().mostPositions() + " found"));
                return;
            }
            begin(new PageInFlight(order, rung, start, System.nanoTime(), parts));
            if (parts.isEmpty()) {
                settle(pages.get(arrival.ticket()), finished);
            }
        } catch (OversizeImageException e) {
            finished.add(failed(arrival.ticket(), PageFailure.OVERSIZE, e.getMessage()));
        } catch (SlowImageException e) {
            finished.add(failed(arrival.ticket(), PageFailure.TIMEOUT, e.getMessage()));
        } catch (UnreadableImageException e) {
            finished.add(failed(arrival.ticket(), PageFailure.UNDECODABLE, e.getMessage()));
        } catch (OutOfMemoryError e) {
            String message = "page " + request.pageId() + ": memory to decode "
                    + request.image().remaining() + " bytes expected, none left";
            finished.add(failed(arrival.ticket(), PageFailure.OUT_OF_MEMORY, message));
        }
    }

    private RgbImage decode(PageRequest request) throws UnreadableImageException {
        return decoder.decode("page " + request.pageId(), request.image());
    }

    private void begin(PageInFlight page) {
        pages.put(page.ticket(), page);
        for (PageInFlight.Part part : page.parts()) {
            pageOf.put(part.sequence(), page);
            engine.add(part.sequence());
        }
    }

    /** What there is to see on a page; null where nobody asks: a page model that reads once, in a mode it is told. */
    private LineFinder.Lines found(RgbImage image, PageRequest request, boolean lines) {
        if (lines && request.mode() == Mode.LINE) {
            GrayImage gray = image.toGray();
            FoundLine whole = new FoundLine(0, 0, gray.width(), gray.height(), gray);
            return new LineFinder.Lines(List.of(whole), 0, false, 0, 0, true);
        }
        boolean asked = lines || options.retries().readings() > 1 || request.mode() == Mode.AUTO;
        return asked ? lineFinder.find(image.toGray()) : null;
    }

    /** A picture without text has an answer to some questions. */
    private static boolean asksForText(Prompt prompt) {
        return switch (prompt) {
            case FREE_OCR, DOCUMENT, GROUNDED_OCR -> true;
            case FIGURE, DESCRIBE -> false;
        };
    }

    /** The mode that the checkpoint reads in when another is wanted that it cannot be given. */
    private Mode mode(Mode wanted, PageSurvey survey) {
        if (config().unit() == ModelConfig.Unit.LINE) {
            return Mode.LINE;
        }
        return switch (wanted) {
            case AUTO -> AutoMode.of(survey);
            case LINE -> Mode.BASE;
            case SEED384, TINY, SMALL, BASE, LARGE, GUNDAM -> wanted;
        };
    }

    private List<PageInFlight.Part> lines(List<FoundLine> found, Optional<LoraAdapter> adapter) {
        List<PageInFlight.Part> parts = new ArrayList<>();
        for (FoundLine line : found) {
            LineCanvas canvas = LineCanvas.fit(line.pixels(), config());
            int tokens = canvas.paddedWidth()
                    / config().sam().tokenWidth()
                    * (canvas.height() / config().sam().tokenHeight());
            int rows = canvas.height() / config().sam().tokenHeight();
            PromptTokens prompt = prompts.encode(LINE_PROMPT, tokens + rows + 1);
            parts.add(new PageInFlight.Part(
                    sequence(new Picture.Line(canvas), prompt, adapter, options.ngramRule()), line));
        }
        return parts;
    }

    private List<PageInFlight.Part> wholePage(RgbImage image, Rung rung, PageInFlight.Order order) {
        PageViews views = tiler.views(image.turned(rung.quarterTurns()), rung.mode());
        PromptTokens prompt = prompts.encode(
                order.request().prompt(), views.visionTokens(config().sam().patch()));
        NgramRule rule = rung.strict() ? options.ngramRule().stricter() : options.ngramRule();
        return List.of(new PageInFlight.Part(sequence(new Picture.Page(views), prompt, order.adapter(), rule), null));
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
        if (next.isEmpty() || !again(page, reading, next.get())) {
            finish(page, page.best(reading), finished);
        }
    }

    /** @return false if the page cannot be read that way: there is no room for it */
    private boolean again(PageInFlight page, PageReading reading, Rung next) {
        long start = System.nanoTime();
        try {
            List<PageInFlight.Part> parts = wholePage(decode(page.request()), next, page.order());
            int prompt = parts.get(0).sequence().prompt().length();
            if (prompt + reading.tokens() > config().decoder().maxPositions()
                    || !engine.fits(parts.get(0).sequence())) {
                return false;
            }
            begin(page.again(reading, next, start, System.nanoTime(), parts));
            return true;
        } catch (OutOfMemoryError | SlowImageException e) {
            return false;
        } catch (UnreadableImageException e) {
            throw new IllegalStateException("page " + page.request().pageId() + ": read once, unreadable now", e);
        }
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
                forget(page);
                if (page.bestEarlier().isPresent()) {
                    finished.add(new FinishedPage(
                            page.ticket(),
                            new PageOutcome.Read(page.bestEarlier().get())));
                    continue;
                }
                String message = "page " + page.request().pageId() + ": at most "
                        + options.pageTimeout().toSeconds() + " s expected, still reading";
                finished.add(failed(page.ticket(), PageFailure.TIMEOUT, message));
            }
        }
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

    private void forget(PageInFlight page) {
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
