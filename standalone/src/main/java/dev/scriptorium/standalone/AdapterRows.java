package dev.scriptorium.standalone;

import dev.scriptorium.schemas.AdapterChange;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.GateResult;
import dev.scriptorium.trainer.adapters.AdapterLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Adapters as lines for people and as objects for machines. */
final class AdapterRows {
    private static final int SHORT = 12;

    private AdapterRows() {}

    /** What the gate measured on one set of pages, as {@link GateResult} has it. */
    record Measured(
            String set,
            int pages,
            double cerBefore,
            double cerAfter,
            double loopRateBefore,
            double loopRateAfter,
            double lengthRatioBefore,
            double lengthRatioAfter) {
        static Measured of(GateResult result) {
            return new Measured(
                    result.getSet(),
                    result.getPages(),
                    result.getCerBefore(),
                    result.getCerAfter(),
                    result.getLoopRateBefore(),
                    result.getLoopRateAfter(),
                    result.getLengthRatioBefore(),
                    result.getLengthRatioAfter());
        }

        /** For people. */
        String cer() {
            return String.format(
                    Locale.ROOT, "%s CER %.2f %% -> %.2f %% on %d pages", set, 100 * cerBefore, 100 * cerAfter, pages);
        }
    }

    /** What people call an adapter. */
    static String name(String id) {
        return id.isEmpty() ? "the base model" : id;
    }

    /** As much of an id as people compare. */
    static String brief(String id) {
        return id.isEmpty() ? "base" : id.substring(0, Math.min(SHORT, id.length()));
    }

    /** One line. */
    static String line(AdapterLog.Known adapter) {
        AdapterManifest made = adapter.manifest();
        return String.format(
                Locale.ROOT,
                "%s %s  %-12s %-11s from %-12s %5d samples  %s  %s",
                adapter.domains().isEmpty() ? " " : "*",
                brief(adapter.id()),
                made.getDomain(),
                word(adapter),
                brief(made.getParent()),
                made.getSamples(),
                made.getCreatedAt(),
                made.getGate().isEmpty()
                        ? ""
                        : Measured.of(made.getGate().get(0)).cer());
    }

    /** All that is known, but for the pages. */
    static List<String> lines(AdapterLog.Known adapter) {
        AdapterManifest made = adapter.manifest();
        List<String> lines = new ArrayList<>();
        lines.add("adapter     " + adapter.id());
        lines.add("domain      " + made.getDomain());
        lines.add("state       " + word(adapter)
                + (adapter.domains().isEmpty() ? "" : ", reads " + String.join(", ", adapter.domains())));
        lines.add("parent      " + name(made.getParent()));
        lines.add("base model  " + made.getBaseModelDigest());
        lines.add("learned     " + adapter.origin().getLearned().size() + " pages, " + made.getSamples() + " samples");
        gate(made).forEach(result -> lines.add("gate        " + result.cer()));
        made.getFiles()
                .forEach(file -> lines.add("file        " + file.getBlob().getUri() + " " + file.getName()));
        adapter.changes()
                .forEach(change ->
                        lines.add("            " + change.getManifest().getCreatedAt() + " "
                                + change.getManifest().getDomain() + " "
                                + change.getManifest().getState() + " by " + change.getAuthor() + ": "
                                + change.getManifest().getReason()));
        return lines;
    }

    /** What became of an adapter, a line each. */
    static List<String> lines(List<AdapterEvent> events) {
        return events.stream()
                .map(event -> "            " + event.getAt() + " " + event.getDomain() + " " + event.getKind() + " by "
                        + event.getReporter() + ": " + event.getReason())
                .toList();
    }

    /** The same as an object. */
    static Map<String, Object> row(AdapterEvent event) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("at", event.getAt().toString());
        row.put("domain", event.getDomain());
        row.put("kind", event.getKind());
        row.put("active", event.getActive());
        row.put("code", event.getCode());
        row.put("reason", event.getReason());
        row.put("reporter", event.getReporter());
        Map<String, Double> measures = new LinkedHashMap<>();
        event.getMeasures().forEach(measure -> measures.put(measure.getName(), measure.getValue()));
        row.put("measures", measures);
        return row;
    }

    /** One object for a list. */
    static Map<String, Object> row(AdapterLog.Known adapter) {
        AdapterManifest made = adapter.manifest();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("adapterId", adapter.id());
        row.put("domain", made.getDomain());
        row.put("state", adapter.last().getState().name());
        row.put("active", !adapter.domains().isEmpty());
        row.put("domains", adapter.domains().stream().sorted().toList());
        row.put("parent", made.getParent());
        row.put("baseModelDigest", made.getBaseModelDigest());
        row.put("samples", made.getSamples());
        row.put("reason", adapter.last().getReason());
        row.put("createdAt", made.getCreatedAt().toString());
        if (!made.getGate().isEmpty()) {
            row.put("cerBefore", made.getGate().get(0).getCerBefore());
            row.put("cerAfter", made.getGate().get(0).getCerAfter());
        }
        return row;
    }

    /** The same with everything. */
    static Map<String, Object> all(AdapterLog.Known adapter) {
        Map<String, Object> all = row(adapter);
        all.put("run", adapter.origin().getRun());
        all.put("pages", adapter.origin().getLearned().size());
        all.put("gate", gate(adapter.manifest()));
        all.put(
                "files",
                adapter.manifest().getFiles().stream().map(AdapterRows::file).toList());
        all.put("history", adapter.changes().stream().map(AdapterRows::change).toList());
        return all;
    }

    /** The gate's numbers. */
    static List<Measured> gate(AdapterManifest manifest) {
        return manifest.getGate().stream().map(Measured::of).toList();
    }

    private static Map<String, Object> file(AdapterFile file) {
        return Map.of(
                "name", file.getName(),
                "uri", file.getBlob().getUri(),
                "sha256", file.getBlob().getSha256(),
                "size", file.getBlob().getSize());
    }

    private static Map<String, Object> change(AdapterChange change) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("at", change.getManifest().getCreatedAt().toString());
        row.put("domain", change.getManifest().getDomain());
        row.put("state", change.getManifest().getState().name());
        row.put("active", change.getManifest().getActive());
        row.put("author", change.getAuthor());
        row.put("reason", change.getManifest().getReason());
        return row;
    }

    private static String word(AdapterLog.Known adapter) {
        AdapterState state = adapter.last().getState();
        String word = state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return state == AdapterState.ACTIVE && adapter.domains().isEmpty() ? "superseded" : word;
    }
}
