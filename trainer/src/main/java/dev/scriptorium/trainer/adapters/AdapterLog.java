package dev.scriptorium.trainer.adapters;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All adapters there ever were and what became of them, as the topics had it when they were read. Immutable.
 *
 * <p>{@code ocr.adapters} says what reads now; {@code ocr.adapter-history} how it came to that.
 */
public final class AdapterLog {
    private final List<AdapterChange> changes;
    private final Map<String, AdapterManifest> latest;

    /**
     * @param changes of all domains, the oldest first
     * @param latest by domain, what workers go by
     */
    AdapterLog(List<AdapterChange> changes, Map<String, AdapterManifest> latest) {
        this.changes = List.copyOf(changes);
        this.latest = Map.copyOf(latest);
    }

    /**
     * An adapter.
     *
     * @param id sha256 of its files
     * @param origin how it came about
     * @param changes every record that is about it, the oldest first; the first is the origin
     * @param domains that it reads now
     */
    public record Known(String id, AdapterChange origin, List<AdapterChange> changes, Set<String> domains) {
        public Known {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(origin, "origin");
            changes = List.copyOf(changes);
            domains = Set.copyOf(domains);
        }

        /** Its origin's manifest: domain, parent, files, gate. */
        public AdapterManifest manifest() {
            return origin.getManifest();
        }

        /** The last record that is about it. */
        public AdapterManifest last() {
            return changes.get(changes.size() - 1).getManifest();
        }
    }

    /** Reads both topics to their ends. */
    public static AdapterLog read(TopicScan scan, Topics topics) {
        List<AdapterChange> changes = new ArrayList<>();
        Map<String, AdapterManifest> latest = new TreeMap<>();
        scan.all(topics.adapterHistory(), (place, key, change) -> change.ifPresent(changes::add));
        scan.all(
                topics.adapters(),
                (place, key, manifest) ->
                        manifest.ifPresentOrElse(value -> latest.put(key, value), () -> latest.remove(key)));
        Set<AdapterManifest> written =
                changes.stream().map(AdapterChange::getManifest).collect(Collectors.toSet());
        // older than the history, or written by somebody who does not know it
        List<AdapterChange> unwritten = latest.values().stream()
                .filter(manifest -> !written.contains(manifest))
                .map(manifest ->
                        AdapterChange.newBuilder().setManifest(manifest).build())
                .toList();
        changes.addAll(0, unwritten);
        return new AdapterLog(changes, latest);
    }

    /** Every change, the oldest first. */
    public List<AdapterChange> changes() {
        return changes;
    }

    /** Every adapter, in the order in which they came; runs that made none are left out. */
    public List<Known> adapters() {
        Map<String, List<AdapterChange>> byId = new LinkedHashMap<>();
        for (AdapterChange change : changes) {
            String id = change.getManifest().getAdapterId();
            if (!id.isEmpty()) {
                byId.computeIfAbsent(id, unseen -> new ArrayList<>()).add(change);
            }
        }
        return byId.entrySet().stream()
                .map(entry -> new Known(
                        entry.getKey(), entry.getValue().get(0), entry.getValue(), domainsReadWith(entry.getKey())))
                .toList();
    }

    private Set<String> domainsReadWith(String id) {
        return latest.entrySet().stream()
                .filter(entry -> entry.getValue().getActive().equals(id))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** An adapter by its whole id. */
    public Optional<Known> byId(String id) {
        return adapters().stream().filter(adapter -> adapter.id().equals(id)).findFirst();
    }

    /**
     * The one adapter whose id begins so.
     *
     * @throws IllegalArgumentException if there is none, or more than one; it says which
     */
    public Known find(String prefix) {
        List<Known> found = adapters().stream()
                .filter(adapter -> adapter.id().startsWith(prefix))
                .toList();
        if (prefix.isEmpty() || found.isEmpty()) {
            throw new IllegalArgumentException("adapter '" + prefix + "': the id of one of "
                    + adapters().size() + " known adapters, or its beginning, expected");
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("adapter '" + prefix + "': the beginning of one id expected, those of "
                    + found.stream().map(Known::id).collect(Collectors.joining(", ")) + " found");
        }
        return found.get(0);
    }

    /** An adapter and those that it was trained from, the nearest first, as far as they are known. */
    public List<Known> line(Known adapter) {
        List<Known> line = new ArrayList<>();
        Optional<Known> next = Optional.of(adapter);
        while (next.isPresent() && !line.contains(next.get())) {
            line.add(next.get());
            next = byId(next.get().manifest().getParent());
        }
        return line;
    }

    /** Whether an id begins so. */
    public boolean knows(String prefix) {
        return !prefix.isEmpty()
                && adapters().stream().anyMatch(adapter -> adapter.id().startsWith(prefix));
    }

    /** What workers go by in a domain. */
    public Optional<AdapterManifest> latest(String domain) {
        return Optional.ofNullable(latest.get(domain));
    }

    /** Domains that have had an adapter, or a run. */
    public Set<String> domains() {
        return changes.stream()
                .map(change -> change.getManifest().getDomain())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Where an adapter's files lie; none for the base model.
     *
     * @throws IllegalArgumentException if it is not known
     */
    public List<AdapterFile> files(String id) {
        if (id.isEmpty()) {
            return List.of();
        }
        for (AdapterChange change : changes) {
            AdapterManifest manifest = change.getManifest();
            if (manifest.getAdapterId().equals(id) && !manifest.getFiles().isEmpty()) {
                return manifest.getFiles();
            }
            if (manifest.getActive().equals(id) && !manifest.getActiveFiles().isEmpty()) {
                return manifest.getActiveFiles();
            }
        }
        throw new IllegalArgumentException("adapter " + id + ": its files in the history expected, none found");
    }
}
