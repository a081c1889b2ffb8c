package dev.scriptorium.model.parity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.decoder.NgramBan;
import dev.scriptorium.model.decoder.NgramRule;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Asks both repetition rules what they forbid after given ids. */
final class NgramCheck implements Check {
    private static final int[] NO_PROMPT = {};

    @Override
    public void run(GoldenFolder golden, Findings findings) throws IOException {
        int unit = 0;
        for (JsonNode sample : golden.json("ngram_golden.json")) {
            String place = "n-gram unit " + unit++;
            int[] ids = GoldenFolder.ids(golden.at(sample, "ids"));
            int size = golden.at(sample, "ngram").asInt();
            NgramBan whole = new NgramRule.WholeSequence(size).start(ids);
            int[] expected = GoldenFolder.ids(golden.at(sample, "hf_banned"));
            findings.equalIds(Aspect.NGRAM_RULES, place + " hf_banned", expected, whole.banned());

            int window = golden.at(sample, "window").asInt();
            NgramBan windowed =
                    new NgramRule.Windowed(size, window, set(golden.at(sample, "whitelist"))).start(NO_PROMPT);
            for (int id : ids) {
                windowed.add(id);
            }
            expected = GoldenFolder.ids(golden.at(sample, "vllm_banned"));
            findings.equalIds(Aspect.NGRAM_RULES, place + " vllm_banned", expected, windowed.banned());
        }
    }

    /**
     * The rule that a golden answer was generated with.
     *
     * @param settings {@code kind} none, hf or vllm, and the kind's numbers
     */
    static NgramRule rule(GoldenFolder golden, JsonNode settings) {
        String kind = golden.at(settings, "kind").asText();
        return switch (kind) {
            case "none" -> new NgramRule.Off();
            case "hf" ->
                new NgramRule.WholeSequence(golden.at(settings, "ngram").asInt());
            case "vllm" ->
                new NgramRule.Windowed(
                        golden.at(settings, "ngram").asInt(),
                        golden.at(settings, "window").asInt(),
                        set(golden.at(settings, "whitelist")));
            default ->
                throw new ModelFormatException(
                        golden.dir() + ": n-gram rule of kind none, hf or vllm expected, '" + kind + "' found");
        };
    }

    private static Set<Integer> set(JsonNode ids) {
        return Arrays.stream(GoldenFolder.ids(ids)).boxed().collect(Collectors.toUnmodifiableSet());
    }
}
