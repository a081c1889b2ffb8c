package dev.scriptorium.model.engine;

import dev.scriptorium.model.confidence.TokenScores;
import dev.scriptorium.model.decoder.Draft;
import dev.scriptorium.model.decoder.LoopDetector;
import dev.scriptorium.model.decoder.NgramBan;
import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** One image's way through the decoder: its prompt, its answer so far, and why it ended. */
final class Sequence {
    /**
     * Tokens proposed behind a first disagreement: a draft that was wrong once will be so again, and sequences that
     * decode together wait for the longest proposal. Measured from 4 to 32: flat around here.
     */
    static final int PROPOSED = 12;

    private final Picture picture;
    private final PromptTokens prompt;
    private final Optional<LoraAdapter> adapter;
    private final int limit;
    private final int eos;
    private final NgramRule rule;
    private final Set<Integer> tableTags;
    private NgramBan ban;
    private LoopDetector loop;
    private Draft draft = Draft.none();
    private int[] answer = new int[64];
    private float[] logProbabilities = new float[64];
    private int length;
    /** Tokens that it had written when it had to begin again. */
    private int drafted;

    private OptionalDouble endLogProbability = OptionalDouble.empty();
    private FinishReason finish;
    private long encodeNanos;
    private long generateNanos;

    /**
     * One that is read with the base model.
     *
     * @param picture what it looks at
     * @param limit answer tokens after which it is cut
     * @param eos the token that ends an answer
     */
    Sequence(Picture picture, PromptTokens prompt, int limit, int eos, NgramRule rule, Set<Integer> tableTags) {
        this(picture, prompt, Optional.empty(), limit, eos, rule, tableTags);
    }

    /**
     * @param picture what it looks at
     * @param adapter what it is read with to its end; none for the base model
     * @param limit answer tokens after which it is cut
     * @param eos the token that ends an answer
     */
    Sequence(
            Picture picture,
            PromptTokens prompt,
            Optional<LoraAdapter> adapter,
            int limit,
            int eos,
            NgramRule rule,
            Set<Integer> tableTags) {
        this.picture = Objects.requireNonNull(picture, "picture");
        this.prompt = Objects.requireNonNull(prompt, "prompt");
        this.adapter = adapter;
        this.limit = limit;
        this.eos = eos;
        this.rule = rule;
        this.tableTags = Set.copyOf(tableTags);
        ban = rule.start(prompt.ids());
        loop = new LoopDetector(LoopDetector.Limits.PAGE, tableTags);
    }

    Picture picture() {
        return picture;
    }

    PromptTokens prompt() {
        return prompt;
    }

    Optional<LoraAdapter> adapter() {
        return adapter;
    }

    /** True if both can be prefilled in one batch: pictures of one shape, asked the same, read with one adapter. */
    boolean joins(Sequence other) {
        return picture.shape().equals(other.picture.shape())
                && Arrays.equals(prompt.ids(), other.prompt.ids())
                && adapter.equals(other.adapter);
    }

    /** Positions that it takes at most: those of its prompt and answer, and of what is proposed behind them in vain. */
    int mostPositions() {
        return prompt.length() + limit + PROPOSED;
    }

    /**
     * Positions that it will presumably take.
     *
     * @param answerLength how long an answer is expected to be
     */
    int positionsExpected(int answerLength) {
        return prompt.length() + Math.min(limit, Math.max(answerLength, drafted + drafted / 2));
    }

    /**
     * Begins again, after its keys and values were lost. What it has written becomes its draft, so that it is back where
     * it was after one pass.
     */
    void restart() {
        drafted = length;
        draft = Draft.of(answer());
        length = 0;
        ban = rule.start(prompt.ids());
        loop = new LoopDetector(LoopDetector.Limits.PAGE, tableTags);
    }

    /** Takes a guess at the answer, before the first token; without one there is nothing to {@link #propose}. */
    void guess(Draft guess) {
        draft = guess;
    }

    /** Tokens that may come next: the whole draft at first, later a piece of it. */
    int[] propose() {
        int room = limit - length - 1;
        return draft.rest(length == 0 ? room : Math.min(room, PROPOSED));
    }

    /**
     * Takes what the model chose after the last token and then after each proposed one, as far as the proposal
     * agrees: up to the first token that differs, that ends the answer, or that may not be written here.
     *
     * @param proposal what {@link #propose} gave
     * @param from where in {@code tokens} and {@code logProbabilities} its choices begin
     */
    void take(int[] proposal, long[] tokens, float[] logProbabilities, int from) {
        take((int) tokens[from], logProbabilities[from]);
        for (int i = 0; i < proposal.length && finish == null && lastToken() == proposal[i]; i++) {
            int token = (int) tokens[from + 1 + i];
            if (Arrays.binarySearch(ban.banned(), token) >= 0) {
                return;
            }
            take(token, logProbabilities[from + 1 + i]);
        }
    }

    /** Takes the token that the model chose; ends the sequence if it was the last. */
    void take(int token, float logProbability) {
        if (finish != null) {
            throw new IllegalStateException(
                    "sequence: a running one expected, one that ended with " + finish + " found");
        }
        if (token == eos) {
            endLogProbability = OptionalDouble.of(logProbability);
            finish = FinishReason.OK;
            return;
        }
        if (length == answer.length) {
            answer = Arrays.copyOf(answer, 2 * length);
            logProbabilities = Arrays.copyOf(logProbabilities, 2 * length);
        }
        answer[length] = token;
        logProbabilities[length++] = logProbability;
        ban.add(token);
        draft.add(token);
        if (loop.add(token)) {
            length = Math.min(length, loop.lengthWithoutRepeats());
            finish = FinishReason.LOOP;
        } else if (length >= limit) {
            finish = FinishReason.LENGTH;
        }
    }

    /** Tokens that may not come next. */
    int[] banned() {
        return ban.banned();
    }

    /** The token to feed next: the last of the answer. */
    int lastToken() {
        return answer[length - 1];
    }

    /** Where {@link #lastToken} stands: behind prompt and earlier answer. */
    int position() {
        return prompt.length() + length - 1;
    }

    boolean running() {
        return finish == null;
    }

    FinishReason finish() {
        return finish;
    }

    /** Adds the time of a prefill that this sequence was part of. */
    void encodedFor(long nanos) {
        encodeNanos += nanos;
    }

    /** Adds the time of a decoding step that this sequence was part of. */
    void generatedFor(long nanos) {
        generateNanos += nanos;
    }

    long encodeNanos() {
        return encodeNanos;
    }

    long generateNanos() {
        return generateNanos;
    }

    int answerLength() {
        return length;
    }

    int[] answer() {
        return Arrays.copyOf(answer, length);
    }

    /** Probability of each answer token, 0..1. */
    double[] probabilities() {
        double[] probabilities = new double[length];
        for (int i = 0; i < length; i++) {
            probabilities[i] = Math.exp(logProbabilities[i]);
        }
        return probabilities;
    }

    /** The answer with the log-probabilities of its tokens. */
    TokenScores scores(Tokenizer tokenizer) {
        List<TokenScores.Token> tokens = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            tokens.add(new TokenScores.Token(tokenizer.piece(answer[i]), logProbabilities[i]));
        }
        return new TokenScores(tokens, endLogProbability);
    }
}
