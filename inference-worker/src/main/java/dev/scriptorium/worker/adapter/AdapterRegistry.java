package dev.scriptorium.worker.adapter;

import dev.scriptorium.model.lora.LoraAdapter;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Who reads each domain's pages. Thread-safe. */
public final class AdapterRegistry {
    private final Map<String, Readers> readers = new ConcurrentHashMap<>();

    /** Everything is read by the base model. */
    public AdapterRegistry() {}

    /** Who reads a domain's pages that begin now. */
    public Readers of(String domain) {
        return readers.getOrDefault(domain, Readers.BASE);
    }

    /** The adapters of all domains. */
    Set<LoraAdapter> adapters() {
        return readers.values().stream()
                .flatMap(each -> each.adapters().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** An adapter of any domain. */
    Optional<LoraAdapter> find(String id) {
        return adapters().stream().filter(adapter -> adapter.id().equals(id)).findFirst();
    }

    void put(String domain, Readers next) {
        readers.put(domain, next);
    }
}
