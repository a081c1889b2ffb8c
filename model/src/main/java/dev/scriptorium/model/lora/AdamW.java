package dev.scriptorium.model.lora;

/**
 * How gradients become steps.
 *
 * @param beta1 memory of the first moment
 * @param beta2 memory of the second moment
 * @param decay share of the weights that decays a step, times the learning rate
 * @param clipNorm greatest norm of a step's gradient; infinity leaves it as it is
 * @param eightBit keeps the moments in one byte a number instead of four
 */
public record AdamW(double beta1, double beta2, double decay, double clipNorm, boolean eightBit) {
    public AdamW {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("betas: 0 to below 1 expected, " + beta1 + ", " + beta2 + " found");
        }
        if (!(decay >= 0) || !(clipNorm > 0)) {
            throw new IllegalArgumentException(
                    "decay >= 0 and clip-norm > 0 expected, " + decay + ", " + clipNorm + " found");
        }
    }
}
