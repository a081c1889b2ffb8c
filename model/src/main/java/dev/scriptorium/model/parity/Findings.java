package dev.scriptorium.model.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects what the checks find. */
final class Findings {
    /** Largest absolute error of a tensor: rounding of float32 stays below a third of it. */
    static final double TOLERANCE = 1e-4;

    private final Map<String, Double> stages = new LinkedHashMap<>();
    private final Map<String, Map<String, Double>> cases = new LinkedHashMap<>();
    private final Map<Aspect, Integer> checked = new EnumMap<>(Aspect.class);
    private final Set<Aspect> failed = EnumSet.noneOf(Aspect.class);
    private final List<String> notChecked = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** Compares two values, such as sizes or texts. */
    void equal(Aspect aspect, String place, Object expected, Object found) {
        checked.merge(aspect, 1, Integer::sum);
        if (!expected.equals(found)) {
            fail(aspect, place + ": " + expected + " expected, " + found + " found");
        }
    }

    /** Compares ids; says where they part. */
    void equalIds(Aspect aspect, String place, int[] expected, int[] found) {
        checked.merge(aspect, 1, Integer::sum);
        int at = Arrays.mismatch(expected, found);
        if (at >= 0) {
            fail(
                    aspect,
                    place + ": " + expected.length + " ids with " + at(expected, at) + " at index " + at + " expected, "
                            + found.length + " with " + at(found, at) + " found");
        }
    }

    /**
     * Compares a tensor of a case.
     *
     * @param stage its name without its view: tiles and global view are one stage
     */
    void close(String caseName, String stage, String tensor, float[] expected, float[] found) {
        close(Aspect.STAGES, caseName, stage, tensor, expected, found, TOLERANCE);
    }

    /**
     * Compares numbers of any aspect.
     *
     * @param tolerance largest absolute error
     */
    void close(
            Aspect aspect,
            String caseName,
            String stage,
            String tensor,
            float[] expected,
            float[] found,
            double tolerance) {
        checked.merge(aspect, 1, Integer::sum);
        String place = caseName + " " + tensor;
        if (expected.length != found.length) {
            fail(aspect, place + ": " + expected.length + " elements expected, " + found.length + " found");
            return;
        }
        double largest = 0;
        int where = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs((double) expected[i] - found[i]);
            if (!(error <= largest)) { // a NaN counts as larger than anything
                largest = error;
                where = i;
                if (Double.isNaN(error)) {
                    break;
                }
            }
        }
        stages.merge(stage, largest, Math::max);
        cases.computeIfAbsent(caseName, name -> new LinkedHashMap<>()).put(tensor, largest);
        if (!(largest <= tolerance)) {
            fail(
                    aspect,
                    place + ": " + expected[where] + " within " + tolerance + " expected at element " + where + ", "
                            + found[where] + " found");
        }
    }

    void fail(Aspect aspect, String message) {
        failed.add(aspect);
        failures.add(message);
    }

    /** Notes goldens that are left out on purpose. */
    void leaveOut(String what) {
        notChecked.add(what);
    }

    ParityReport report() {
        boolean preprocessing = !failed.contains(Aspect.PREPROCESSING) && !failed.contains(Aspect.TILE_GRIDS);
        boolean generations = !failed.contains(Aspect.GENERATIONS);
        return new ParityReport(
                failures.isEmpty(), preprocessing, generations, stages, cases, checked, notChecked, failures);
    }

    private static String at(int[] ids, int index) {
        return index < ids.length ? String.valueOf(ids[index]) : "nothing";
    }
}
