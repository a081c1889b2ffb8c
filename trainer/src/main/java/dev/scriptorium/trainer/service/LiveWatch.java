package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterEventKind;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterMeasure;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.GateResult;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.Rollout;
import dev.scriptorium.schemas.blob.AdapterFolders;
import dev.scriptorium.trainer.adapters.AdapterLog;
import dev.scriptorium.trainer.adapters.AdapterWriter;
import dev.scriptorium.trainer.adapters.ManifestChanges;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.watch.DriftWatch;
import dev.scriptorium.trainer.service.watch.Look;
import dev.scriptorium.trainer.service.watch.ShadowReadings;
import dev.scriptorium.trainer.service.watch.Trial;
import dev.scriptorium.trainer.service.watch.Trials;
import dev.scriptorium.trainer.service.watch.WatchRules;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches adapters in use and on trial: pages that people corrected after an adapter had read them are read again by the one
 * that would read otherwise, unless both have read them already, and an adapter that is worse beyond chance is rolled back.
 * Used by the service's thread; {@link Look#hear} by the one that reads.
 */
final class LiveWatch implements DriftWatch.Adapters, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveWatch.class);

    private final WatchRules rules;
    private final AdapterHistory history;
    private final Supplier<AdapterLog> logs;
    private final AdapterFolders folders;
    private final AdapterWriter writer;
    private final Trials trials;
    private final ShadowReadings shadows;
    private final String author;
    private final Clock clock;

    private AdapterLog log;
    /** What the log was read for. */
    private Map<String, AdapterManifest> known = Map.of();

    private String lastDomain = "";

    /**
     * @param logs reads the adapter history
     * @param shadows closed with this
     * @param author the trainer's id
     */
    LiveWatch(
            WatchRules rules,
            AdapterHistory history,
            Supplier<AdapterLog> logs,
            AdapterFolders folders,
            AdapterWriter writer,
            Trials trials,
            ShadowReadings shadows,
            String author,
            Clock clock) {
        this.rules = rules;
        this.history = history;
        this.logs = logs;
        this.folders = folders;
        this.writer = writer;
        this.trials = trials;
        this.shadows = shadows;
        this.author = author;
        this.clock = clock;
    }

    /**
     * An adapter with one that would read in its place.
     *
     * @param since when it came to read
     */
    private record Watched(AdapterLog.Known adapter, String against, Instant since) {}

    /**
     * Chooses corrected pages that nobody has looked at, of one domain after the other.
     *
     * @return nothing if there is none
     */
    Optional<Look> next(List<Label> labels, String baseModelDigest) throws IOException {
        refresh();
        for (String domain : inTurn(known.keySet())) {
            AdapterManifest manifest = known.get(domain);
            if (manifest.getBaseModelDigest().equals(baseModelDigest)) {
                for (Watched watched : watched(domain, manifest)) {
                    Optional<Look> look = look(domain, watched, labels);
                    if (look.isPresent()) {
                        lastDomain = domain;
                        return look;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Compares adapters that read in the shadow of the active ones; these pages need not be read again. */
    void hearShadows(List<Label> labels, String baseModelDigest) throws IOException {
        refresh();
        Map<String, Watched> onTrial = new TreeMap<>();
        for (AdapterManifest manifest : known.values()) {
            if (manifest.getRollout() == Rollout.SHADOW
                    && manifest.getBaseModelDigest().equals(baseModelDigest)) {
                candidate(manifest).ifPresent(watched -> onTrial.put(manifest.getDomain(), watched));
            }
        }
        Map<String, Instant> since = new HashMap<>();
        onTrial.values()
                .forEach(watched -> since.merge(
                        watched.adapter().id(), watched.since(), (one, other) -> one.isBefore(other) ? one : other));
        shadows.follow(since);
        for (Map.Entry<String, Watched> domain : onTrial.entrySet()) {
            hearShadow(domain.getKey(), domain.getValue(), labels);
        }
    }

    private void hearShadow(String domain, Watched watched, List<Label> labels) throws IOException {
        String id = watched.adapter().id();
        List<Label> later = later(domain, watched, watched.against(), labels)
                .filter(label -> shadows.find(label.pageId(), id).isPresent())
                .toList();
        if (!later.isEmpty()) {
            Trial trial = trials.find(domain, id, watched.against(), watched.since());
            List<Label> chosen = Look.choose(trial, later, Integer.MAX_VALUE);
            if (!chosen.isEmpty()) {
                conclude(shadows.hear(trial, chosen));
            }
        }
    }

    private void refresh() {
        history.refresh();
        if (log == null || !history.latest().equals(known)) {
            known = history.latest();
            log = logs.get();
        }
    }

    private List<String> inTurn(Set<String> domains) {
        List<String> sorted = domains.stream().sorted().toList();
        List<String> turn = new ArrayList<>();
        sorted.stream().filter(domain -> domain.compareTo(lastDomain) > 0).forEach(turn::add);
        sorted.stream().filter(domain -> domain.compareTo(lastDomain) <= 0).forEach(turn::add);
        return turn;
    }

    private List<Watched> watched(String domain, AdapterManifest manifest) {
        List<Watched> watched = new ArrayList<>();
        if (manifest.getRollout() == Rollout.CANARY) {
            candidate(manifest).ifPresent(watched::add);
        }
        find(manifest.getActive())
                .ifPresent(adapter -> watched.add(new Watched(
                        adapter, adapter.manifest().getParent(), since(adapter, domain, AdapterState.ACTIVE))));
        return watched;
    }

    private Optional<Watched> candidate(AdapterManifest manifest) {
        return find(manifest.getCandidate())
                .map(adapter -> new Watched(
                        adapter, manifest.getActive(), since(adapter, manifest.getDomain(), AdapterState.CANDIDATE)));
    }

    private Optional<AdapterLog.Known> find(String id) {
        return id.isEmpty() ? Optional.empty() : log.byId(id);
    }

    private static Instant since(AdapterLog.Known adapter, String domain, AdapterState state) {
        return adapter.changes().stream()
                .map(AdapterChange::getManifest)
                .filter(manifest -> manifest.getDomain().equals(domain) && manifest.getState() == state)
                .map(AdapterManifest::getCreatedAt)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }

    private Optional<Look> look(String domain, Watched watched, List<Label> labels) throws IOException {
        String id = watched.adapter().id();
        List<Label> later = later(domain, watched, id, labels).toList();
        if (later.isEmpty()) {
            return Optional.empty();
        }
        Trial trial = trials.find(domain, id, watched.against(), watched.since());
        List<Label> chosen = Look.choose(trial, later, rules.pages());
        if (chosen.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Look(trial, chosen, folder(watched.against())));
        } catch (RecordException e) {
            if (e.code().action() == ErrorCode.Action.STOP) {
                throw e;
            }
            LOG.warn("event=not-watched domain={} adapter={} cause=\"{}\"", domain, id, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Pages that were corrected since.
     *
     * @param reader the adapter whose reading was corrected
     */
    private Stream<Label> later(String domain, Watched watched, String reader, List<Label> labels) {
        Set<String> met = met(watched);
        return labels.stream()
                .filter(label -> label.domain().equals(domain)
                        && label.adapterId().equals(reader)
                        && label.storedAt() >= watched.since().toEpochMilli()
                        && !met.contains(label.documentId()));
    }

    /** Documents that either has learned from or was chosen by: on these a comparison is not fair. */
    private Set<String> met(Watched watched) {
        Set<String> met = new HashSet<>();
        List<AdapterLog.Known> line = new ArrayList<>(log.line(watched.adapter()));
        find(watched.against()).ifPresent(against -> line.addAll(log.line(against)));
        for (AdapterLog.Known adapter : line) {
            adapter.origin().getLearned().forEach(page -> met.add(page.getDocumentId()));
            adapter.origin()
                    .getHeldOut()
                    .forEach(page -> met.add(page.substring(0, Math.max(0, page.lastIndexOf('/')))));
        }
        return met;
    }

    private Optional<Path> folder(String id) throws IOException {
        if (id.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(folders.fetch(id, log.files(id)));
    }

    /** Draws the conclusion of a look: reports it, and rolls back if there is enough evidence. */
    void conclude(Trial trial) throws IOException {
        double enough = 1 / rules.alpha();
        LOG.info(
                "event=watched domain={} adapter={} against={} documents={} cer={} cerAgainst={} evidence={}",
                trial.domain(),
                trial.adapterId(),
                trial.against(),
                trial.documents().size(),
                trial.cer(),
                trial.cerAgainst(),
                trial.evidence());
        refresh();
        AdapterManifest latest = known.get(trial.domain());
        boolean stands = latest != null
                && (latest.getActive().equals(trial.adapterId())
                        || (latest.getRollout() != Rollout.FULL
                                && latest.getCandidate().equals(trial.adapterId())));
        if (stands && trial.evidence() >= enough) {
            rollBack(trial, latest);
        } else if (stands) {
            writer.report(List.of(event(trial, AdapterEventKind.WATCHED, latest.getActive(), reason(trial))));
        }
        trials.keep(trial); // last: what was not rolled back for a crash is judged again
    }

    private void rollBack(Trial trial, AdapterManifest latest) {
        AdapterLog.Known adapter = log.find(trial.adapterId());
        String successor = latest.getActive().equals(trial.adapterId()) ? trial.against() : latest.getActive();
        String reason = reason(trial);
        AdapterManifest manifest = ManifestChanges.rolledBack(
                adapter.manifest(), trial.domain(), successor, log.files(successor), reason, clock.instant());
        writer.write(
                AdapterChange.newBuilder()
                        .setManifest(manifest)
                        .setAuthor(author)
                        .build(),
                event(trial, AdapterEventKind.ROLLED_BACK, successor, reason));
        LOG.warn(
                "event=rolled-back domain={} adapter={} active={} reason=\"{}\"",
                trial.domain(),
                trial.adapterId(),
                successor,
                reason);
    }

    private String reason(Trial trial) {
        return String.format(
                Locale.ROOT,
                "CER %.2f %% on %d pages of %d documents corrected since, %.2f %% of %s; evidence %.3g, %.3g is enough",
                100 * trial.cer(),
                trial.pages(),
                trial.documents().size(),
                100 * trial.cerAgainst(),
                trial.against().isEmpty() ? "the base model" : trial.against(),
                trial.evidence(),
                1 / rules.alpha());
    }

    private AdapterEvent event(Trial trial, AdapterEventKind kind, String active, String reason) {
        return AdapterEvent.newBuilder()
                .setDomain(trial.domain())
                .setKind(kind.name())
                .setAdapterId(trial.adapterId())
                .setActive(active)
                .setReason(reason)
                .setMeasures(List.of(
                        new AdapterMeasure("cer", trial.cer(), trial.cerAgainst(), null, trial.pages()),
                        new AdapterMeasure("evidence", trial.evidence(), null, 1 / rules.alpha(), trial.pages())))
                .setReporter(author)
                .setAt(clock.instant())
                .build();
    }

    @Override
    public boolean reads(String domain, String adapterId) {
        refresh();
        AdapterManifest latest = known.get(domain);
        if (latest == null) {
            return adapterId.isEmpty();
        }
        boolean onTrial =
                latest.getRollout() == Rollout.CANARY && latest.getCandidate().equals(adapterId);
        return onTrial || latest.getActive().equals(adapterId);
    }

    @Override
    public Optional<GateResult> gate(String adapterId) {
        if (adapterId.isEmpty()) {
            return Optional.empty();
        }
        refresh();
        return find(adapterId)
                .flatMap(adapter -> adapter.manifest().getGate().stream().findFirst());
    }

    @Override
    public void close() {
        shadows.close();
    }
}
