package dev.scriptorium.standalone;

import dev.scriptorium.model.confidence.Calibration;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.FinishReason;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.eval.CharacterErrorRate;
import dev.scriptorium.model.eval.LabeledImages;
import dev.scriptorium.model.text.Prompt;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads labeled images with an engine and compares each reading with the truth. */
final class Scoring {
    private static final int IN_FLIGHT = 512;

    private final List<LabeledImages.Item> items;
    private final CharacterErrorRate rates;
    private final Console console;
    private final Reading[] readings;
    private final ConfidenceScore confidence;
    private int loops;
    private int blanks;
    private int failed;

    /**
     * One image's reading.
     *
     * @param rate character errors over characters of the truth
     */
    record Reading(LabeledImages.Item item, String text, double rate) {}

    /**
     * What came out.
     *
     * @param readings in the order of the images
     * @param failed images that could not be read at all: their truth counts as missed
     * @param confidence how far the readings' confidence can be trusted
     */
    record Result(
            List<Reading> readings,
            CharacterErrorRate.Scores scores,
            int loops,
            int blanks,
            int failed,
            double itemsPerCpuSecond,
            ConfidenceScore confidence) {
        Result {
            readings = List.copyOf(readings);
        }

        /** For {@code --json}. */
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("n", scores.samples());
            json.put("cer", scores.cer());
            json.put("medianCer", scores.medianCer());
            json.put("cappedCer", scores.cappedCer());
            json.put("wer", scores.wer());
            json.put("exact", scores.exact());
            json.put("loops", loops);
            json.put("blanks", blanks);
            json.put("failed", failed);
            json.put("itemsPerCpuSecond", itemsPerCpuSecond);
            json.putAll(confidence.json());
            return json;
        }
    }

    private Scoring(List<LabeledImages.Item> items, boolean foldCase, boolean calibrated, Console console) {
        this.items = items;
        this.console = console;
        rates = new CharacterErrorRate(foldCase);
        readings = new Reading[items.size()];
        confidence = new ConfidenceScore(rates, calibrated);
    }

    /**
     * Reads all images; returns early, with what was read so far, if the thread is interrupted.
     *
     * @param domain whose adapter reads them; empty for the base model
     */
    static Result run(
            OcrEngine engine,
            List<LabeledImages.Item> items,
            Mode mode,
            String domain,
            boolean foldCase,
            Console console)
            throws IOException {
        Scoring scoring = new Scoring(items, foldCase, calibrated(engine, console), console);
        long start = cpuNanos();
        try (ProgressBar progress = console.progress("images", items.size())) {
            int ticket = 0;
            while ((ticket < items.size() || engine.inFlight() > 0)
                    && !Thread.currentThread().isInterrupted()) {
                if (ticket < items.size() && engine.inFlight() < IN_FLIGHT) {
                    LabeledImages.Item item = items.get(ticket);
                    ByteBuffer image = ByteBuffer.wrap(Files.readAllBytes(item.file()));
                    engine.add(ticket++, new PageRequest(item.name(), image, Prompt.FREE_OCR, mode, domain));
                } else {
                    for (FinishedPage page : engine.step()) {
                        scoring.take(page);
                        progress.step();
                    }
                }
            }
        }
        return scoring.result((cpuNanos() - start) / 1e9);
    }

    private void take(FinishedPage page) {
        LabeledImages.Item item = items.get((int) page.ticket());
        String text = "";
        if (page.outcome() instanceof PageOutcome.Read read) {
            text = read.reading().text();
            loops += read.reading().finish() == FinishReason.LOOP ? 1 : 0;
            blanks += read.reading().finish() == FinishReason.BLANK ? 1 : 0;
        } else if (page.outcome() instanceof PageOutcome.Failed failure) {
            failed++;
            console.say(failure.failure() + ": " + failure.message());
        }
        double rate = rates.add(item.text(), text);
        if (page.outcome() instanceof PageOutcome.Read read) {
            confidence.add(item.text(), read.reading(), rate);
        }
        readings[(int) page.ticket()] = new Reading(item, text, rate);
    }

    private Result result(double cpuSeconds) {
        List<Reading> read =
                Arrays.stream(readings).filter(java.util.Objects::nonNull).toList();
        return new Result(read, rates.scores(), loops, blanks, failed, read.size() / cpuSeconds, confidence);
    }

    /** A calibration of other weights says nothing about these. */
    private static boolean calibrated(OcrEngine engine, Console console) {
        if (!(engine.confidence() instanceof Calibration calibration)) {
            return false;
        }
        boolean own = calibration.origin().modelDigest().equals(engine.modelDigest());
        if (!own) {
            console.say(Calibration.FILE + " was learned with other weights; run calibrate again");
        }
        return own;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
