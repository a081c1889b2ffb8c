package dev.scriptorium.model.lora;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The 256 values that a byte stands for in an 8-bit moment: seven decades down from 1, each decade with
 * twice as many values as the one below. A number near the largest of its block is kept to half a percent, a small one to
 * its order of magnitude.
 *
 * @see <a href="https://arxiv.org/abs/2110.02861">8-bit Optimizers via Block-wise Quantization</a>, dynamic
 *     quantization
 */
final class DynamicTable {
    private static final int DECADES = 7;

    private DynamicTable() {}

    /**
     * The values, ascending.
     *
     * @param signed from -1 to 1 instead of from 0 to 1
     */
    static float[] values(boolean signed) {
        List<Float> values = new ArrayList<>(List.of(0f, 1f));
        for (int decade = 0; decade < DECADES; decade++) {
            double top = Math.pow(10, decade - (DECADES - 1));
            int count = (signed ? 1 : 2) << decade;
            for (int i = 0; i < count; i++) {
                // middles of equal parts of 0.1 to 1
                double value = top * (0.1 + 0.9 * (i + 0.5) / count);
                values.add((float) value);
                if (signed) {
                    values.add((float) -value);
                }
            }
        }
        Collections.sort(values);
        float[] table = new float[values.size()];
        for (int i = 0; i < table.length; i++) {
            table[i] = values.get(i);
        }
        return table;
    }
}
