package dev.scriptorium.model.lora;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How an adapter's numbers lie in one row: A, then B of every module in turn.
 *
 * @param modules adapted linears in order
 */
record NumberRow(Map<String, LoraModules.Size> modules, int rank) {

    /** Is shown each matrix. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Is shown one.
         *
         * @param name as PEFT calls it
         * @param from its first number
         * @param to behind its last
         */
        void see(String name, long[] shape, int from, int to);
    }

    void forEach(Visitor visitor) {
        int at = 0;
        for (Map.Entry<String, LoraModules.Size> module : modules.entrySet()) {
            long[] a = {rank, module.getValue().in()};
            int next = at + Math.toIntExact(a[0] * a[1]);
            visitor.see(LoraAdapter.nameOfA(module.getKey()), a, at, next);
            at = next;
            long[] b = {module.getValue().out(), rank};
            next = at + Math.toIntExact(b[0] * b[1]);
            visitor.see(LoraAdapter.nameOfB(module.getKey()), b, at, next);
            at = next;
        }
    }

    Map<String, float[]> split(float[] row) {
        Map<String, float[]> matrices = new LinkedHashMap<>();
        forEach((name, shape, from, to) -> matrices.put(name, Arrays.copyOfRange(row, from, to)));
        return matrices;
    }
}
