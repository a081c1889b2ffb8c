package dev.scriptorium.trainer.pretrain;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What weights are before they have learned anything, and which of them are matrices to Muon. */
final class InitialWeights {
    /** Standard deviation of a uniform draw from +-1/sqrt(inputs), in units of 1/sqrt(inputs). */
    private static final double UNIFORM = 1 / Math.sqrt(3);
    /** Embeddings are about as large as what the projector makes of an image. */
    private static final double EMBEDDING = 0.5;

    private static final double POSITION = 0.02;

    private InitialWeights() {}

    static float[] of(String name, List<Long> shape, SplittableRandom random) {
        float[] values = new float[Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact))];
        if (name.contains("norm")
                || name.contains("neck.1.")
                || name.contains("neck.3.")
                || name.contains("layrnorm")) {
            Arrays.fill(values, name.endsWith(".bias") ? 0 : 1);
            return values;
        }
        double deviation = deviation(name, shape);
        for (int i = 0; deviation > 0 && i < values.length; i++) {
            values[i] = (float) (gaussian(random) * deviation);
        }
        return values;
    }

    /** Hidden matrices and convolutions; tables, readers and the router learn better by AdamW. */
    static boolean isMatrix(String name, List<Long> shape) {
        return shape.size() > 1
                && !name.contains("embed")
                && !name.contains("lm_head")
                && !name.contains("rel_pos")
                && !name.contains("mlp.gate.weight")
                && !name.startsWith("ctc_");
    }

    private static double deviation(String name, List<Long> shape) {
        if (name.contains("rel_pos") || name.endsWith(".bias")) {
            return 0;
        } else if (name.contains("embed_tokens") || name.contains("newline") || name.contains("seperator")) {
            return EMBEDDING;
        } else if (name.contains("pos_embed") || name.contains("position_embedding") || name.contains("class_")) {
            return POSITION;
        }
        long inputs = shape.stream().skip(1).reduce(1L, Math::multiplyExact);
        return UNIFORM / Math.sqrt((double) inputs);
    }

    /** Box and Muller: SplittableRandom of Java 17 draws Gaussians, but by an algorithm it may change. */
    private static double gaussian(SplittableRandom random) {
        double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
        return radius * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
