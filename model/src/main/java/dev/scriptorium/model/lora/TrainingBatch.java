package dev.scriptorium.model.lora;

import dev.scriptorium.model.text.PromptTokens;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Pictures of one size with prompts and answers: what one call of {@link AdapterTraining#learn} sees. B =
 * pictures, T = positions, padding included.
 *
 * @param pixels (B, 3, height, width), -1..1
 * @param ids (B, T) prompts, answers, padding; anything at the places of the image
 * @param labels (B, T) ids to learn, {@link #IGNORED} elsewhere: position t is taught to say label t + 1
 * @param lengths positions of each that are no padding
 * @param imageStart where every prompt's image starts
 * @param readers for line models whose checkpoint holds readers
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never shared
public record TrainingBatch(
        float[] pixels,
        int height,
        int width,
        long[] ids,
        long[] labels,
        int[] lengths,
        int imageStart,
        Optional<Readers> readers) {
    /** The label of positions that teach nothing. */
    public static final long IGNORED = -100;

    /** The id of padding, as the reference pads. */
    public static final long PAD = 2;

    /**
     * What the readers should see, line after line.
     *
     * @param ids characters of all lines in a row
     * @param columnFrames frames of each line for the reader of columns
     * @param tokenFrames frames of each line for the reader of vision tokens
     * @param lengths characters of each line
     */
    public record Readers(long[] ids, long[] columnFrames, long[] tokenFrames, long[] lengths) {}

    /**
     * What one picture is asked, and what it should answer.
     *
     * @param answer ids, with the one that ends it if it ends
     */
    public record Example(PromptTokens prompt, int[] answer) {
        /** An answer that ends with {@code eos}, which is put behind it where it is missing. */
        public static Example ending(PromptTokens prompt, int[] answer, int eos) {
            if (answer.length > 0 && answer[answer.length - 1] == eos) {
                return new Example(prompt, answer);
            }
            int[] ended = Arrays.copyOf(answer, answer.length + 1);
            ended[answer.length] = eos;
            return new Example(prompt, ended);
        }
    }

    /**
     * Puts prompts and answers together, padded on the right to the longest. Only answers are taught.
     *
     * @param pixels (B, 3, height, width), in the order of the examples
     */
    public static TrainingBatch of(
            List<Example> examples, float[] pixels, int height, int width, Optional<Readers> readers) {
        return of(examples, 1, pixels, height, width, readers);
    }

    /**
     * The same, padded further to a multiple of a unit. Padding counts in the load of the experts, as in the reference, so
     * this is not what the reference computes; but lengths come again, and new ones are dear.
     *
     * @param unit positions
     */
    public static TrainingBatch of(
            List<Example> examples, int unit, float[] pixels, int height, int width, Optional<Readers> readers) {
        int[] lengths = examples.stream()
                .mapToInt(example -> example.prompt().length() + example.answer().length)
                .toArray();
        int longest = Arrays.stream(lengths).max().orElseThrow();
        int positions = (longest + unit - 1) / unit * unit;
        long[] ids = new long[lengths.length * positions];
        long[] labels = new long[ids.length];
        Arrays.fill(ids, PAD);
        Arrays.fill(labels, IGNORED);
        for (int i = 0; i < lengths.length; i++) {
            int at = i * positions;
            for (int id : examples.get(i).prompt().ids()) {
                ids[at++] = id;
            }
            for (int id : examples.get(i).answer()) {
                ids[at] = id;
                labels[at++] = id;
            }
        }
        int imageStart = examples.get(0).prompt().imageStart();
        return new TrainingBatch(pixels, height, width, ids, labels, lengths, imageStart, readers);
    }

    public TrainingBatch {
        Objects.requireNonNull(readers, "readers");
        int size = lengths.length;
        if (size == 0
                || ids.length % size != 0
                || ids.length != labels.length
                || pixels.length != 3 * size * height * width) {
            throw new IllegalArgumentException("batch of " + size + ": as many ids as labels and 3 x " + height + " x "
                    + width + " pixels each expected, " + ids.length + ", " + labels.length + ", " + pixels.length
                    + " found");
        }
    }

    /** Pictures. */
    public int size() {
        return lengths.length;
    }

    /** Positions of each, padding included. */
    public int positions() {
        return ids.length / lengths.length;
    }

    /** Labels that are taught. */
    public int taught() {
        int count = 0;
        for (int i = 0; i < labels.length; i++) {
            // nothing comes before a sequence's first position that could say it
            count += labels[i] != IGNORED && i % positions() != 0 ? 1 : 0;
        }
        return count;
    }
}
