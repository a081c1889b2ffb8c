package dev.scriptorium.trainer.service.watch;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The pages that one adapter reads of one domain: windows of them, one after the other, each compared with the baseline.
 * The baseline is what the gate measured, where it did, else the first window. Not thread-safe.
 *
 * @param domain whose pages
 * @param adapterId who reads them; empty for the base model
 * @param baselines as far as they are known
 * @param windows that are being filled
 * @param alarmed what was beyond its limit in the last window
 */
public record Gauge(
        String domain,
        String adapterId,
        Map<Measure, Tally> baselines,
        Map<Measure, Tally> windows,
        Set<Measure> alarmed) {
    public Gauge {
        baselines = copy(baselines);
        windows = copy(windows);
        Set<Measure> own = EnumSet.noneOf(Measure.class);
        own.addAll(alarmed);
        alarmed = own;
    }

    private static Map<Measure, Tally> copy(Map<Measure, Tally> tallies) {
        Map<Measure, Tally> own = new EnumMap<>(Measure.class);
        own.putAll(tallies);
        return own;
    }

    /** A window beyond its limit, after one that was not. */
    record Alarm(Measure measure, Tally window, Tally baseline, double limit) {}

    static Gauge begin(String domain, String adapterId, Map<Measure, Tally> baselines) {
        return new Gauge(domain, adapterId, baselines, Map.of(), Set.of());
    }

    /**
     * Counts a page.
     *
     * @param of what the value is a part of; 1 where it is a value of its own
     * @param size pages of a window
     * @return an alarm, if it completes a window that gives one
     */
    List<Alarm> count(Measure measure, double value, double of, int size) {
        Tally window = windows.getOrDefault(measure, Tally.NONE).plus(value, of);
        if (window.pages() < size) {
            windows.put(measure, window);
            return List.of();
        }
        windows.remove(measure);
        Tally baseline = baselines.putIfAbsent(measure, window);
        return baseline == null ? List.of() : compare(measure, baseline, window);
    }

    private List<Alarm> compare(Measure measure, Tally baseline, Tally window) {
        double limit = measure.limit(baseline, window);
        List<Alarm> alarms = new ArrayList<>();
        if (!measure.isBeyond(window, limit)) {
            alarmed.remove(measure);
        } else if (alarmed.add(measure)) {
            alarms.add(new Alarm(measure, window, baseline, limit));
        }
        return alarms;
    }
}
