package dev.scriptorium.worker.adapter;

import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.lora.LoraAdapter;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Puts adapters in use while pages are read. What takes time is done by the thread that asks for it; the engine's thread
 * only changes over, between two steps, for all pages that it begins after that.
 *
 * <p>Not thread-safe: one thread asks.
 */
public final class AdapterSwap {
    private final OcrEngine engine;
    private final EngineAccess access;
    private final AdapterRegistry registry;
    /** What the engine holds: adapters in use, and former ones with which pages may still be read. */
    private Set<LoraAdapter> held = Set.of();

    /** The engine's thread. */
    @FunctionalInterface
    public interface EngineAccess {
        /** Does something on that thread between two steps, and waits until it is done. */
        <T> T call(Supplier<T> task) throws InterruptedException;
    }

    /** @param registry changed on the engine's thread, together with the engine */
    public AdapterSwap(OcrEngine engine, EngineAccess access, AdapterRegistry registry) {
        this.engine = engine;
        this.access = access;
        this.registry = registry;
    }

    /**
     * Has a domain's pages read by others from now on; pages that are being read keep their adapter.
     *
     * @throws ai.djl.engine.EngineException if there is no memory for them; nothing has changed then
     */
    void put(String domain, Readers next) throws InterruptedException {
        Set<LoraAdapter> all = new HashSet<>(held);
        all.addAll(next.adapters());
        hold(all);
        access.call(() -> {
            engine.useAdapters(domain, next.active(), next.candidate());
            registry.put(domain, next);
            return next;
        });
    }

    /**
     * Lets go of adapters with which no page is read any more.
     *
     * @throws ai.djl.engine.EngineException if there is no memory to stack the others anew; nothing has changed then
     */
    void tidy() throws InterruptedException {
        if (!held.equals(registry.adapters())) {
            hold(access.call(engine::adaptersNeeded));
        }
    }

    private void hold(Set<LoraAdapter> wanted) throws InterruptedException {
        if (wanted.equals(held)) {
            return;
        }
        AdapterBank.Stack stack = engine.stackAdapters(wanted);
        if (!access.call(() -> engine.holdAdapters(stack))) {
            stack.close();
            throw new IllegalStateException(
                    "adapters: a stack with all that pages are read with expected, one of " + wanted.size() + " found");
        }
        held = Set.copyOf(wanted);
    }
}
