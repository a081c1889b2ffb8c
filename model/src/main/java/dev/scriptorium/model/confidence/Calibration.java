package dev.scriptorium.model.confidence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.scriptorium.model.confidence.TokenScores.Word;
import dev.scriptorium.model.config.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What a model's surprise is worth, learned from lines whose truth is known: the file {@code calibration.json}
 * beside the weights.
 *
 * @param line for whole lines
 * @param word for single words
 * @param origin what it was learned from
 */
public record Calibration(Curve line, Curve word, Origin origin) implements Confidence {
    /** Name of the file in a model folder. */
    public static final String FILE = "calibration.json";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public Calibration {
        Objects.requireNonNull(line, "line");
        Objects.requireNonNull(word, "word");
        Objects.requireNonNull(origin, "origin");
    }

    /**
     * Log-odds of being right, linear in the logarithms of what a {@link Surprise} holds.
     *
     * @param bias log-odds of a single choice with a surprise of one nat
     * @param total for the logarithm of the whole surprise
     * @param worst for the logarithm of the greatest
     * @param choices for the logarithm of their number
     */
    public record Curve(double bias, double total, double worst, double choices) {
        /** Nats below which the surest choices are all alike: a model that has no doubt can still be wrong. */
        private static final double SOFTENING = 0.01;

        public Curve {
            if (!Double.isFinite(bias + total + worst + choices)) {
                throw new IllegalArgumentException("curve: four finite numbers expected, " + bias + ", " + total + ", "
                        + worst + ", " + choices + " found");
            }
        }

        /** The numbers that the four coefficients multiply, in their order. */
        public static double[] features(Surprise surprise) {
            return new double[] {
                1,
                Math.log(surprise.total() + SOFTENING),
                Math.log(surprise.worst() + SOFTENING),
                Math.log(Math.max(1, surprise.choices()))
            };
        }

        /** Probability 0..1. */
        public double at(Surprise surprise) {
            double[] x = features(surprise);
            double odds = bias * x[0] + total * x[1] + worst * x[2] + choices * x[3];
            return 1 / (1 + Math.exp(-odds));
        }
    }

    /**
     * What a calibration was learned from.
     *
     * @param modelDigest the model that read: that of {@link dev.scriptorium.model.weights.Checkpoint#digest}
     * @param seed of the drawn lines
     * @param lines how many were read
     * @param exact share 0..1 of them that was right
     * @param ece expected calibration error of lines on other drawn lines, 0..1
     * @param wordEce the same of words
     */
    public record Origin(String modelDigest, long seed, int lines, double exact, double ece, double wordEce) {
        public Origin {
            Objects.requireNonNull(modelDigest, "modelDigest");
        }
    }

    /**
     * Reads a model folder's calibration.
     *
     * @return empty if the folder has none
     * @throws ModelFormatException if the file is not a calibration
     * @throws IOException if it cannot be read
     */
    public static Optional<Calibration> read(Path modelDir) throws IOException {
        Path file = modelDir.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readString(file), Calibration.class));
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(file + ": line, word and origin expected, " + e.getOriginalMessage(), e);
        }
    }

    /** Writes it into a model folder. */
    public void write(Path modelDir) throws IOException {
        Files.writeString(modelDir.resolve(FILE), JSON.writeValueAsString(this) + "\n");
    }

    @Override
    public double ofText(TokenScores text) {
        return line.at(text.surprise());
    }

    @Override
    public double ofWord(Word written) {
        return word.at(written.surprise());
    }
}
