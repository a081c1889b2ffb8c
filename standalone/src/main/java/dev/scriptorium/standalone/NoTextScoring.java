package dev.scriptorium.standalone;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.trainer.draw.NoTextDrawer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import javax.imageio.ImageIO;

/**
 * Has an engine read pictures on which nothing stands, in turn one in the size of a page and one in the size of a
 * line, and counts what it makes up.
 */
final class NoTextScoring {
    /** Pages are large: few at once. */
    private static final int IN_FLIGHT = 16;

    private final NoTextDrawer drawer;
    private final int count;
    private final SplittableRandom seeds;
    private final List<Reading> readings = new ArrayList<>();

    private NoTextScoring(NoTextDrawer drawer, int count, long seed) {
        this.drawer = drawer;
        this.count = count;
        seeds = new SplittableRandom(seed);
    }

    /**
     * What came of one picture.
     *
     * @param seed draws it again
     * @param wholePage whether in the size of a page
     * @param text what was read; empty as it should be
     * @param confidence of that, 0..1
     */
    record Reading(NoTextDrawer.Kind kind, long seed, boolean wholePage, String text, double confidence) {
        boolean invented() {
            return !text.isBlank();
        }
    }

    /**
     * Pictures of one sort.
     *
     * @param n how many
     * @param invented how many of them something was read on
     * @param inventedShare the share 0..1 that this is
     * @param characters how many characters were read on them
     */
    record Tally(int n, int invented, double inventedShare, int characters) {
        static Tally of(List<Reading> readings) {
            int invented = (int) readings.stream().filter(Reading::invented).count();
            int characters = readings.stream()
                    .mapToInt(reading ->
                            reading.text().codePointCount(0, reading.text().length()))
                    .sum();
            return new Tally(
                    readings.size(),
                    invented,
                    readings.isEmpty() ? 0 : (double) invented / readings.size(),
                    characters);
        }
    }

    /** All readings, in the order in which they ended. */
    record Result(List<Reading> readings, int failed) {
        Result {
            readings = List.copyOf(readings);
        }

        Tally of(Predicate<Reading> sort) {
            return Tally.of(readings.stream().filter(sort).toList());
        }

        /** For {@code --json}. */
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            Tally all = Tally.of(readings);
            json.put("n", all.n());
            json.put("invented", all.invented());
            json.put("inventedShare", all.inventedShare());
            json.put("characters", all.characters());
            json.put("failed", failed);
            json.put("pages", of(Reading::wholePage));
            json.put("lines", of(reading -> !reading.wholePage()));
            Map<String, Tally> kinds = new LinkedHashMap<>();
            for (NoTextDrawer.Kind kind : NoTextDrawer.Kind.values()) {
                kinds.put(name(kind), of(reading -> reading.kind() == kind));
            }
            json.put("kinds", kinds);
            return json;
        }

        /** For people. */
        List<String> table() {
            List<String> lines = new ArrayList<>();
            lines.add(String.format("%-14s%16s%16s%16s%12s", "", "pages", "with text", "lines", "with text"));
            for (NoTextDrawer.Kind kind : NoTextDrawer.Kind.values()) {
                lines.add(row(name(kind), reading -> reading.kind() == kind));
            }
            lines.add(row("all", reading -> true));
            Tally all = Tally.of(readings);
            lines.add(String.format(
                    Locale.ROOT,
                    "%d characters made up, on %d of %d pictures: %.2f %%",
                    all.characters(),
                    all.invented(),
                    all.n(),
                    100 * all.inventedShare()));
            return lines;
        }

        private String row(String name, Predicate<Reading> sort) {
            Tally pages = of(sort.and(Reading::wholePage));
            Tally lines = of(sort.and(reading -> !reading.wholePage()));
            return String.format(
                    Locale.ROOT,
                    "%-14s%16d%16d%16d%12d",
                    name,
                    pages.n(),
                    pages.invented(),
                    lines.n(),
                    lines.invented());
        }

        /** The longest texts first. */
        List<Reading> worst(int most) {
            return readings.stream()
                    .filter(Reading::invented)
                    .sorted(Comparator.comparingInt(
                                    (Reading reading) -> reading.text().length())
                            .reversed())
                    .limit(most)
                    .toList();
        }

        private static String name(NoTextDrawer.Kind kind) {
            return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Draws and reads; returns early, with what was read so far, if the thread is interrupted.
     *
     * @param domain whose adapter reads; empty for the base model
     */
    static Result run(
            OcrEngine engine, NoTextDrawer drawer, int count, long seed, Mode mode, String domain, Console console)
            throws IOException {
        return new NoTextScoring(drawer, count, seed).run(engine, mode, domain, console);
    }

    private Result run(OcrEngine engine, Mode mode, String domain, Console console) throws IOException {
        Map<Long, Reading> drawn = new LinkedHashMap<>();
        int failed = 0;
        try (ProgressBar progress = console.progress("pictures", count)) {
            long ticket = 0;
            while ((ticket < count || engine.inFlight() > 0)
                    && !Thread.currentThread().isInterrupted()) {
                if (ticket < count && engine.inFlight() < IN_FLIGHT) {
                    boolean wholePage = ticket % 2 == 0;
                    long seed = seeds.nextLong();
                    NoTextDrawer.Drawn picture = draw(drawer, seed, wholePage);
                    drawn.put(ticket, new Reading(picture.kind(), seed, wholePage, "", 0));
                    engine.add(
                            ticket,
                            new PageRequest("no-text/" + ticket, png(picture.pixels()), Prompt.FREE_OCR, mode, domain));
                    ticket++;
                    continue;
                }
                for (FinishedPage page : engine.step()) {
                    failed += take(drawn.remove(page.ticket()), page, console) ? 0 : 1;
                    progress.step();
                }
            }
        }
        return new Result(readings, failed);
    }

    /** Draws the picture of a {@link Reading} again. */
    static NoTextDrawer.Drawn draw(NoTextDrawer drawer, long seed, boolean wholePage) {
        SplittableRandom random = new SplittableRandom(seed);
        return wholePage ? drawer.drawPage(random) : drawer.drawLine(random);
    }

    private boolean take(Reading drawn, FinishedPage page, Console console) {
        if (page.outcome() instanceof PageOutcome.Read read) {
            readings.add(new Reading(
                    drawn.kind(),
                    drawn.seed(),
                    drawn.wholePage(),
                    read.reading().text(),
                    read.reading().confidence()));
            return true;
        }
        if (page.outcome() instanceof PageOutcome.Failed failure) {
            console.say(failure.failure() + ": " + failure.message());
        }
        return false;
    }

    private static ByteBuffer png(GrayImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image.toBufferedImage(), "png", bytes)) {
            throw new IOException("png: a writer of this format expected, none found");
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }
}
