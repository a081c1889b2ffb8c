package dev.scriptorium.model.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.script.ScriptModule;
import java.util.LinkedHashMap;
import java.util.Map;

/** AdamW's memory of past gradients. Its tensors are the caller's to save and restore. */
sealed interface Moments {

    /** All state by name; writing to the tensors restores it. */
    Map<String, NDArray> tensors();

    /**
     * Changes the numbers by one step.
     *
     * @param step counted from 1
     */
    void update(ScriptModule module, NDArray numbers, NDArray gradient, AdamW settings, double rate, long step);

    /** Empty memory for so many numbers. */
    static Moments start(NDManager owner, long numbers, boolean eightBit) {
        return eightBit ? new EightBit(owner, numbers) : new Float32(owner, numbers);
    }

    /** Bytes that the state takes. */
    default long bytes() {
        return tensors().values().stream()
                .mapToLong(tensor -> tensor.size() * tensor.getDataType().getNumOfBytes())
                .sum();
    }

    /** Four bytes a number and moment. */
    record Float32(NDArray first, NDArray second) implements Moments {
        Float32(NDManager owner, long numbers) {
            this(owner.zeros(new Shape(numbers)), owner.zeros(new Shape(numbers)));
        }

        @Override
        public Map<String, NDArray> tensors() {
            return Map.of("first_moment", first, "second_moment", second);
        }

        @Override
        public void update(
                ScriptModule module, NDArray numbers, NDArray gradient, AdamW settings, double rate, long step) {
            module.train(
                            "adamw",
                            numbers,
                            gradient,
                            first,
                            second,
                            rate,
                            settings.decay(),
                            settings.beta1(),
                            settings.beta2(),
                            step)
                    .discard();
        }
    }

    /**
     * One byte a number and moment, and a scale a block of 256: the nearest of 256 values of a table that is
     * fine near 0.
     *
     * @see <a href="https://arxiv.org/abs/2110.02861">8-bit Optimizers via Block-wise Quantization</a>
     */
    record EightBit(Map<String, NDArray> tensors, NDArray firstTable, NDArray secondTable) implements Moments {
        static final int BLOCK = 256;

        EightBit(NDManager owner, long numbers) {
            this(
                    zeros(owner, numbers),
                    owner.create(DynamicTable.values(true)),
                    owner.create(DynamicTable.values(false)));
        }

        private static Map<String, NDArray> zeros(NDManager owner, long numbers) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String moment : new String[] {"first_moment", "second_moment"}) {
                // the code of 0 differs in the two tables, but a scale of 0 makes every code 0
                tensors.put(moment + "_codes", owner.zeros(new Shape(numbers), DataType.UINT8));
                tensors.put(moment + "_scales", owner.zeros(new Shape(numbers / BLOCK)));
            }
            return tensors;
        }

        @Override
        public void update(
                ScriptModule module, NDArray numbers, NDArray gradient, AdamW settings, double rate, long step) {
            module.train(
                            "adamw_8bit",
                            numbers,
                            gradient,
                            tensors.get("first_moment_codes"),
                            tensors.get("first_moment_scales"),
                            tensors.get("second_moment_codes"),
                            tensors.get("second_moment_scales"),
                            firstTable,
                            secondTable,
                            rate,
                            settings.decay(),
                            settings.beta1(),
                            settings.beta2(),
                            step)
                    .discard();
        }
    }
}
