package dev.scriptorium.model.confidence;

import dev.scriptorium.model.confidence.TokenScores.Word;

/** Turns what a model's log-probabilities say into a probability that its text is right. */
public interface Confidence {
    /**
     * As the model itself puts it: the mean probability of its tokens. It orders texts by how doubtful they are, but
     * no share of right ones follows from it.
     */
    Confidence UNCALIBRATED = new Confidence() {
        @Override
        public double ofText(TokenScores text) {
            return text.meanProbability();
        }

        @Override
        public double ofWord(Word word) {
            return Math.exp(-word.surprise().mean());
        }
    };

    /** Probability 0..1 that a text is right to the last character. */
    double ofText(TokenScores text);

    /** Probability 0..1 that a word is right, its bounds included. */
    double ofWord(Word word);
}
