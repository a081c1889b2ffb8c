package dev.scriptorium.model.engine;

import dev.scriptorium.model.lora.AdapterBank;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.lora.MergedAdapter;
import dev.scriptorium.model.script.Network;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which adapter reads which domain. A page is given its adapter when work on it starts and keeps it; a
 * replaced adapter stays in the bank until its last page is done. Not thread-safe, except for {@link #bank}'s
 * {@link AdapterBank#stack}.
 */
final class Adapters implements AutoCloseable {
    private final Network network;
    private final AdapterBank bank;
    private final Map<String, LoraAdapter> active = new HashMap<>();
    private final Map<String, LoraAdapter> candidates = new HashMap<>();
    private LoraAdapter insideWeights;
    private MergedAdapter merged;
    /** Whether somebody else decides when the bank lets go of what is not needed any more. */
    private boolean tended;

    Adapters(Network network) {
        this.network = network;
        bank = new AdapterBank(network);
    }

    /** What sequences are read with. */
    AdapterBank bank() {
        return bank;
    }

    /** The adapter beside the weights that a page gets now; none for the base model. */
    Optional<LoraAdapter> of(PageRequest page) {
        LoraAdapter reader = active.get(page.domain());
        return Optional.ofNullable(page.trial() ? candidates.getOrDefault(page.domain(), reader) : reader);
    }

    /** What readings name: the adapter beside the weights, the one inside them, or nothing. */
    String idOf(Optional<LoraAdapter> beside) {
        return beside.or(() -> Optional.ofNullable(insideWeights))
                .map(LoraAdapter::id)
                .orElse("");
    }

    /**
     * Pages of this domain get these adapters from now on; none for the base model.
     *
     * @param reading tells what pages in flight are read with
     */
    void use(
            String domain,
            Optional<LoraAdapter> reader,
            Optional<LoraAdapter> candidate,
            Supplier<Set<LoraAdapter>> reading) {
        if (insideWeights != null) {
            throw new IllegalStateException("adapter for domain '" + domain
                    + "': weights of the base model expected, merged with " + insideWeights.id() + " found");
        }
        set(active, domain, reader);
        set(candidates, domain, candidate);
        if (!tended || !bank.adapters().containsAll(needed(reading))) {
            hold(reading);
        }
    }

    /**
     * Takes what was stacked, from now on and until the next stack.
     *
     * @return false if it does not hold all that is needed: then nothing changes, and the stack stays the caller's
     */
    boolean take(AdapterBank.Stack stack, Supplier<Set<LoraAdapter>> reading) {
        if (!stack.adapters().containsAll(needed(reading))) {
            return false;
        }
        bank.hold(stack);
        tended = true;
        return true;
    }

    /** Every page is read with this adapter from now on, at the speed of the base model. */
    void merge(LoraAdapter adapter) {
        if (!used().isEmpty()) {
            throw new IllegalStateException(
                    "merging an adapter: no adapters of domains expected, " + used().size() + " found");
        }
        unmerge();
        merged = MergedAdapter.of(network, adapter);
        insideWeights = adapter;
    }

    /** The weights are the base model's again, to the bit. */
    void unmerge() {
        if (merged != null) {
            merged.close();
            merged = null;
            insideWeights = null;
        }
    }

    /** Lets go of replaced adapters that no sequence needs any more. */
    void retire(Supplier<Set<LoraAdapter>> reading) {
        if (!tended && bank.adapters().size() > used().size()) {
            hold(reading);
        }
    }

    @Override
    public void close() {
        unmerge();
        bank.close();
    }

    /** What domains have, and what is still being read with. */
    Set<LoraAdapter> needed(Supplier<Set<LoraAdapter>> reading) {
        Set<LoraAdapter> needed = used();
        needed.addAll(reading.get());
        return needed;
    }

    private void hold(Supplier<Set<LoraAdapter>> reading) {
        Set<LoraAdapter> needed = needed(reading);
        if (!needed.equals(bank.adapters())) {
            bank.hold(needed);
        }
        tended = false;
    }

    private Set<LoraAdapter> used() {
        Set<LoraAdapter> used = new HashSet<>(active.values());
        used.addAll(candidates.values());
        return used;
    }

    private static void set(Map<String, LoraAdapter> adapters, String domain, Optional<LoraAdapter> adapter) {
        adapter.ifPresentOrElse(one -> adapters.put(domain, one), () -> adapters.remove(domain));
    }
}
