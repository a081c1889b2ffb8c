package dev.scriptorium.model.decoder;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds earlier places that read as the sequence's end does, without searching: every place is filed
 * under a rolling hash of the {@code size - 1} ids before it, newest first. A step costs as much as
 * there are places with the same hash, however long the sequence is.
 */
final class NgramHistory implements NgramBan {
    private static final int NONE = -1;
    /** An odd multiplier with well-spread bits (2^64 divided by the golden ratio). */
    private static final long BASE = 0x9E3779B97F4A7C15L;

    private final int contextSize;
    private final int window;
    private final Set<Integer> allowed;
    /** {@link #BASE} to the power of the context's size, to take the oldest id out of the hash. */
    private final long leadingFactor;

    private final Map<Long, Integer> newest = new HashMap<>();
    private int[] ids = new int[256];
    /** For each place, the next older one with the same hash before it. */
    private int[] older = new int[256];

    private int length;
    private long hash;

    NgramHistory(int size, int window, Set<Integer> allowed) {
        this.contextSize = size - 1;
        this.window = window;
        this.allowed = allowed;
        long factor = 1;
        for (int i = 0; i < contextSize; i++) {
            factor *= BASE;
        }
        this.leadingFactor = factor;
    }

    @Override
    public void add(int id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, 2 * length);
            older = Arrays.copyOf(older, 2 * length);
        }
        ids[length] = id;
        if (length >= contextSize) {
            Integer previous = newest.put(hash, length);
            older[length] = previous == null ? NONE : previous;
        }
        length++;
        if (contextSize > 0) {
            hash = hash * BASE + id;
            if (length > contextSize) {
                hash -= leadingFactor * ids[length - 1 - contextSize];
            }
        }
    }

    @Override
    public int[] banned() {
        if (length < contextSize) {
            return new int[0];
        }
        TreeSet<Integer> found = new TreeSet<>();
        int oldest = contextSize + Math.max(0, length - window);
        int place = newest.getOrDefault(hash, NONE);
        while (place >= oldest) {
            if (!allowed.contains(ids[place]) && sameContext(place)) {
                found.add(ids[place]);
            }
            place = older[place];
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Rules out places that merely share the hash. */
    private boolean sameContext(int place) {
        return Arrays.equals(ids, place - contextSize, place, ids, length - contextSize, length);
    }
}
