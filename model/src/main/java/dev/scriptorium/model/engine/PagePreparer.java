package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.LineCanvas;
import dev.scriptorium.model.image.LineFinder;
import dev.scriptorium.model.image.OversizeImageException;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.image.SlowImageException;
import dev.scriptorium.model.image.UnreadableImageException;
import dev.scriptorium.model.ladder.AutoMode;
import dev.scriptorium.model.ladder.PageSurvey;
import dev.scriptorium.model.ladder.Rung;
import dev.scriptorium.model.text.Prompt;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes pictures of pages: decodes, looks for lines, scales and cuts, on a few threads of its own beside the engine's. What
 * comes out depends on the page alone.
 *
 * <p>Pages that are decoded at the same time fill no more than half of the heap together, as one alone may. Thread-safe.
 */
final class PagePreparer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PagePreparer.class);
    private static final int CLOSE_SECONDS = 10;
    private static final int MOST_THREADS = 4;

    /** A GPU takes pages faster than four can make them, and leaves the processor's cores to them. */
    static final int GPU_MOST_THREADS = 12;

    private static final int MEBIBYTE = 1 << 20;

    private final ModelConfig config;
    private final boolean surveys;
    private final ImageDecoder decoder;
    private final LineFinder lineFinder = new LineFinder();
    private final PageTiler tiler = new PageTiler();
    private final int mebibytes = Math.max(1, (int) (Runtime.getRuntime().maxMemory() / 2 / MEBIBYTE));
    private final Semaphore memory = new Semaphore(mebibytes, true);
    private final ExecutorService threads;
    /** True if no two pages are decoded at the same time. */
    private final boolean alone;

    /** What became of a page's image. */
    sealed interface Prepared {
        /**
         * Pictures to read.
         *
         * @param rung how the page is read
         * @param parts empty where there is nothing to read
         */
        record Ready(PageSurvey survey, Rung rung, List<Part> parts, long startNanos, long endNanos)
                implements Prepared {}

        /** The image cannot be read. */
        record Refused(PageFailure failure, String message) implements Prepared {}
    }

    /** A picture and, for a line model, the line it shows; null for a whole page. */
    record Part(Picture picture, FoundLine line) {}

    /**
     * @param surveys true if a page model's pages are looked at even where their mode is told: they may be read again
     */
    PagePreparer(ModelConfig config, long maxPixels, boolean surveys) {
        this(config, maxPixels, surveys, MOST_THREADS);
    }

    /** The same on other threads: at most so many, and one fewer than there are cores. */
    PagePreparer(ModelConfig config, long maxPixels, boolean surveys, int mostThreads) {
        this.config = config;
        this.surveys = surveys;
        decoder = new ImageDecoder(maxPixels);
        int count = Math.max(1, Math.min(mostThreads, Runtime.getRuntime().availableProcessors() - 1));
        alone = count == 1;
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "page-preparer-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Prepares a page to be read for the first time. */
    Future<Prepared> first(PageRequest request) {
        return threads.submit(() -> guarded(request, () -> prepare(request)));
    }

    /** Prepares a page of a page model to be read another time. */
    Future<Prepared> again(PageRequest request, PageSurvey survey, Rung rung) {
        return threads.submit(() -> guarded(request, () -> {
            long start = System.nanoTime();
            List<Part> parts = whole(decode(request), rung);
            return new Prepared.Ready(survey, rung, parts, start, System.nanoTime());
        }));
    }

    /**
     * Waits for a page. Interrupts are kept for later: what is waited for ends by itself.
     *
     * @throws RuntimeException what preparing threw, which says nothing about the page
     */
    static Prepared await(Future<Prepared> page) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return page.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException broken) {
                        throw broken;
                    }
                    throw new IllegalStateException("preparing a page: " + e.getCause(), e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Forgets pages that wait, and gives those that are being prepared a moment to end. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event=page-preparer-still-busy seconds={}", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One page's work. */
    @FunctionalInterface
    private interface Work {
        Prepared run() throws UnreadableImageException;
    }

    private Prepared guarded(PageRequest request, Work work) throws InterruptedException {
        long bytes = alone ? 0 : decoder.bytesToDecode(request.image());
        int share = (int) Math.min(mebibytes, 1 + bytes / MEBIBYTE);
        memory.acquire(share);
        try {
            return work.run();
        } catch (OversizeImageException e) {
            return new Prepared.Refused(PageFailure.OVERSIZE, e.getMessage());
        } catch (SlowImageException e) {
            return new Prepared.Refused(PageFailure.TIMEOUT, e.getMessage());
        } catch (UnreadableImageException e) {
            return new Prepared.Refused(PageFailure.UNDECODABLE, e.getMessage());
        } catch (OutOfMemoryError e) {
            return new Prepared.Refused(
                    PageFailure.OUT_OF_MEMORY,
                    "page " + request.pageId() + ": memory to decode "
                            + request.image().remaining() + " bytes expected, none left");
        } finally {
            memory.release(share);
        }
    }

    private Prepared prepare(PageRequest request) throws UnreadableImageException {
        long start = System.nanoTime();
        RgbImage image = decode(request);
        boolean lines = config.unit() == ModelConfig.Unit.LINE;
        LineFinder.Lines found = found(image, request, lines);
        PageSurvey survey = found == null
                ? PageSurvey.unknown(image.width(), image.height())
                : PageSurvey.of(found, image.width(), image.height());
        Rung rung = Rung.first(mode(request.mode(), survey));
        List<Part> parts = List.of();
        if (lines) {
            parts = found.lines().stream()
                    .map(line -> new Part(new Picture.Line(LineCanvas.fit(line.pixels(), config)), line))
                    .toList();
        } else if (!survey.blank() || !asksForText(request.prompt())) {
            parts = whole(image, rung);
        }
        return new Prepared.Ready(survey, rung, parts, start, System.nanoTime());
    }

    private RgbImage decode(PageRequest request) throws UnreadableImageException {
        return decoder.decode("page " + request.pageId(), request.image());
    }

    /** What there is to see on a page; null where nobody asks: a page model that reads once, in a mode it is told. */
    private LineFinder.Lines found(RgbImage image, PageRequest request, boolean lines) {
        if (lines && request.mode() == Mode.LINE) {
            GrayImage gray = image.toGray();
            FoundLine whole = new FoundLine(0, 0, gray.width(), gray.height(), gray);
            return new LineFinder.Lines(List.of(whole), 0, false, 0, 0, true);
        }
        boolean asked = lines || surveys || request.mode() == Mode.AUTO;
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
        if (config.unit() == ModelConfig.Unit.LINE) {
            return Mode.LINE;
        }
        return switch (wanted) {
            case AUTO -> AutoMode.of(survey);
            case LINE -> Mode.BASE;
            case SEED384, TINY, SMALL, BASE, LARGE, GUNDAM -> wanted;
        };
    }

    private List<Part> whole(RgbImage image, Rung rung) {
        return List.of(new Part(new Picture.Page(tiler.views(image.turned(rung.quarterTurns()), rung.mode())), null));
    }
}
