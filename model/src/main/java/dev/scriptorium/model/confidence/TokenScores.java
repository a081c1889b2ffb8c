package dev.scriptorium.model.confidence;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A text as a model wrote it: token by token, each with the log-probability of its choice.
 *
 * @param tokens in the order of writing
 * @param end log-probability of ending there; absent where the text was cut
 */
public record TokenScores(List<Token> tokens, OptionalDouble end) {
    /** No text of which nothing is known. */
    public static final TokenScores NONE = new TokenScores(List.of(), OptionalDouble.empty());

    public TokenScores {
        tokens = List.copyOf(tokens);
    }

    /**
     * One token.
     *
     * @param text what it writes
     * @param logProbability natural logarithm, 0 or less
     */
    public record Token(String text, float logProbability) {}

    /**
     * A run of characters without white space.
     *
     * @param text what it says
     * @param surprise over its tokens and those that bound it: a word is wrong, too, where it should have been two
     */
    public record Word(String text, Surprise surprise) {}

    /** Over all tokens and the end. */
    public Surprise surprise() {
        Surprise sum = Surprise.NONE;
        for (Token token : tokens) {
            sum = sum.and(token.logProbability());
        }
        return end.isPresent() ? sum.and(end.getAsDouble()) : sum;
    }

    /** Mean probability of the tokens, 0..1; 0 without any. */
    public double meanProbability() {
        return tokens.stream()
                .mapToDouble(token -> Math.exp(token.logProbability()))
                .average()
                .orElse(0);
    }

    /** The words, as white space parts them, in the order of writing. */
    public List<Word> words() {
        List<Word> words = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int first = 0; // token in which the word begins
        for (int at = 0; at < tokens.size(); at++) {
            String piece = tokens.get(at).text();
            for (int i = 0; i < piece.length(); i++) {
                if (!Character.isWhitespace(piece.charAt(i))) {
                    first = text.isEmpty() ? at : first;
                    text.append(piece.charAt(i));
                } else if (!text.isEmpty()) {
                    words.add(word(text, first, at));
                }
            }
        }
        if (!text.isEmpty()) {
            words.add(word(text, first, tokens.size()));
        }
        return words;
    }

    /**
     * @param first token in which it begins; a blank one before it was the choice to begin it
     * @param bound token that ended it, {@code tokens.size()} for the end of the text
     */
    private Word word(StringBuilder text, int first, int bound) {
        Surprise sum = Surprise.NONE;
        boolean parted = first > 0 && tokens.get(first - 1).text().isBlank();
        for (int at = parted ? first - 1 : first; at <= Math.min(bound, tokens.size() - 1); at++) {
            sum = sum.and(tokens.get(at).logProbability());
        }
        if (bound == tokens.size() && end.isPresent()) {
            sum = sum.and(end.getAsDouble());
        }
        Word word = new Word(text.toString(), sum);
        text.setLength(0);
        return word;
    }
}
