package dev.scriptorium.model.engine;

import dev.scriptorium.model.decoder.NgramRule;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.PromptTokens;
import java.util.List;
import java.util.Set;

/**
 * Answers prompts about prepared pages with token ids, in the same continuous batch that reads pages but
 * without what surrounds it there: no decoding of images, no retries, no text.
 */
public final class Generation {
    /** A token that no model writes: an answer with this end is always as long as its limit. */
    public static final int NO_EOS = -1;

    private Generation() {}

    /**
     * One page to ask about.
     *
     * @param rule which repetitions may not be written
     * @param limit answer tokens after which it is cut
     * @param eos the token that ends the answer, or {@link #NO_EOS}
     */
    public record Request(PageViews page, PromptTokens prompt, NgramRule rule, int limit, int eos) {}

    /**
     * Answers all requests.
     *
     * @param network used by this call alone while it lasts
     * @param slots sequences decoded together
     * @return the answers' ids in the order of the requests, without the token that ended them
     */
    public static List<int[]> run(Network network, int slots, List<Request> requests) {
        List<Sequence> sequences = requests.stream()
                .map(request -> new Sequence(
                        new Picture.Page(request.page()),
                        request.prompt(),
                        request.limit(),
                        request.eos(),
                        request.rule(),
                        Set.of()))
                .toList();
        int longest = sequences.stream().mapToInt(Sequence::mostPositions).max().orElse(1);
        Engine engine = new Engine(network, slots, longest);
        sequences.forEach(engine::add);
        while (!engine.idle()) {
            engine.step();
        }
        return sequences.stream().map(Sequence::answer).toList();
    }
}
