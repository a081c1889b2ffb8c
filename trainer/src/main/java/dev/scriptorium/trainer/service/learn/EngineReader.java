package dev.scriptorium.trainer.service.learn;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.engine.FinishReason;
import dev.scriptorium.model.engine.FinishedPage;
import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.engine.PageOutcome;
import dev.scriptorium.model.engine.PageReading;
import dev.scriptorium.model.engine.PageRequest;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.trainer.service.gate.GatePage;
import dev.scriptorium.trainer.service.gate.PageReader;
import dev.scriptorium.trainer.service.gate.Reading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Reads with the engine that workers read with. */
final class EngineReader implements PageReader {
    private static final String DOMAIN = "gate";
    private static final int AHEAD = 64;

    private final OcrEngine engine;
    private final BooleanSupplier stop;

    /** @param engine closed with this */
    EngineReader(OcrEngine engine, BooleanSupplier stop) {
        this.engine = engine;
        this.stop = stop;
    }

    @Override
    public List<Reading> read(List<GatePage> pages, Optional<Path> adapter) throws IOException {
        if (adapter.isEmpty()) {
            return read(pages, "");
        }
        engine.useAdapter(DOMAIN, LoraAdapter.read(adapter.get(), engine.config()));
        try {
            return read(pages, DOMAIN);
        } finally {
            engine.dropAdapter(DOMAIN);
        }
    }

    @Override
    public List<Reading> readMerged(List<GatePage> pages, Path adapter) throws IOException {
        engine.mergeAdapter(LoraAdapter.read(adapter, engine.config()));
        try {
            return read(pages, "");
        } finally {
            engine.unmergeAdapter();
        }
    }

    private List<Reading> read(List<GatePage> pages, String domain) throws IOException {
        Reading[] readings = new Reading[pages.size()];
        int next = 0;
        while (next < pages.size() || engine.inFlight() > 0) {
            if (stop.getAsBoolean()) {
                for (int ticket = 0; ticket < next; ticket++) {
                    engine.cancel(ticket);
                }
                throw new CancellationException("reading: asked to stop");
            }
            while (next < pages.size() && engine.inFlight() < AHEAD) {
                engine.add(next, request(pages.get(next), domain));
                next++;
            }
            for (FinishedPage page : engine.step()) {
                readings[(int) page.ticket()] = reading(page.outcome());
            }
        }
        return Arrays.asList(readings);
    }

    private static PageRequest request(GatePage page, String domain) throws IOException {
        return new PageRequest(
                page.pageId(),
                ByteBuffer.wrap(page.image().read()),
                Prompt.of(page.task()),
                Mode.of(page.mode()),
                domain);
    }

    /** A page that cannot be read has no text; that both adapters share. */
    private static Reading reading(PageOutcome outcome) {
        if (outcome instanceof PageOutcome.Read read) {
            PageReading page = read.reading();
            return new Reading(page.text(), page.finish() == FinishReason.LOOP, page.confidence());
        }
        return new Reading("", false, 0);
    }

    @Override
    public void close() {
        engine.close();
    }
}
