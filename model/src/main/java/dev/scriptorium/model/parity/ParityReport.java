package dev.scriptorium.model.parity;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well a golden folder was reproduced.
 *
 * @param ok true if everything was
 * @param preprocessingEqual true if every pixel, pixel sum and tile grid was equal
 * @param generationsEqual true if every answer had the ids of its golden
 * @param stages largest absolute error of each stage of the network over all cases, in the order of computing
 * @param cases the same for each case
 * @param checked how many goldens of each aspect were compared
 * @param notChecked goldens that this build knows of but does not compare
 * @param failures what was not equal: place, expectation, value
 */
public record ParityReport(
        boolean ok,
        boolean preprocessingEqual,
        boolean generationsEqual,
        Map<String, Double> stages,
        Map<String, Map<String, Double>> cases,
        Map<Aspect, Integer> checked,
        List<String> notChecked,
        List<String> failures) {
    public ParityReport {
        stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
        cases = Collections.unmodifiableMap(new LinkedHashMap<>(cases));
        checked = Collections.unmodifiableMap(new EnumMap<>(checked));
        notChecked = List.copyOf(notChecked);
        failures = List.copyOf(failures);
    }
}
