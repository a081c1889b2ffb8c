package dev.scriptorium.model.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.config.ModelFormatException;
import dev.scriptorium.model.engine.Generation;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.PromptTokens;
import dev.scriptorium.model.text.Tokenizer;
import dev.scriptorium.model.weights.DType;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Computes one case in float32: every tensor of its golden file, and its answers, which are generated
 * together in the engine's own batch.
 */
final class CaseCheck implements Check {
    /** Fewer than most cases' answers, so that answers also wait for a slot and move. */
    private static final int SLOTS = 3;

    private static final String TEACHER_FORCED = "logits_teacher_forced_";

    private final String name;

    CaseCheck(String name) {
        this.name = name;
    }

    @Override
    public void run(GoldenFolder golden, Findings findings) throws IOException {
        JsonNode description = golden.at(golden.at(golden.index(), "cases"), name);
        String model = description.path("model").asText("model");
        String file = golden.at(description, "file").asText();
        try (Network network = Network.open(golden.file(model), DType.F32);
                Tokenizer tokenizer = Tokenizer.load(golden.file("model/tokenizer.json"));
                GoldenTensors tensors = GoldenTensors.open(golden.file(file))) {
            Comparison comparison = new Comparison(name, tensors, findings);
            if (description.has("preprocess")) {
                String page = description.get("preprocess").asText();
                PageViews views = golden.views(page, new PageTiler());
                int visionTokens = views.visionTokens(network.config().sam().patch());
                PromptTokens prompt = golden.prompt(page, new PromptEncoder(tokenizer), visionTokens);
                comparison.prompt(prompt, views);
                stages(network, comparison, description, views, prompt);
                generations(golden, network, description, views, prompt, findings);
            } else {
                text(network, comparison);
            }
            comparison.close();
        }
    }

    private static void text(Network network, Comparison comparison) throws IOException {
        try (NDManager owner = network.manager().newSubManager()) {
            StageRun run = new StageRun(network, owner, comparison::tensor, comparison::router);
            run.decoder(run.text(comparison.ids("input_ids")));
        }
    }

    private static void stages(
            Network network, Comparison comparison, JsonNode description, PageViews views, PromptTokens prompt)
            throws IOException {
        try (NDManager owner = network.manager().newSubManager()) {
            StageRun run = new StageRun(network, owner, comparison::tensor, comparison::router);
            NDArray embeddings = run.page(views, prompt);
            run.decoder(embeddings);
            for (String tensor : comparison.startingWith(TEACHER_FORCED)) {
                int count = Integer.parseInt(tensor.substring(TEACHER_FORCED.length()));
                int[] answer = GoldenFolder.ids(
                        description.path("generate").path("greedy_" + count).path("ids"));
                if (answer.length != count) {
                    throw new ModelFormatException("golden " + tensor + ": an answer greedy_" + count + " of " + count
                            + " ids expected, " + answer.length + " ids found");
                }
                comparison.values(tensor, run.teacherForced(embeddings, answer, count));
            }
        }
    }

    private void generations(
            GoldenFolder golden,
            Network network,
            JsonNode description,
            PageViews views,
            PromptTokens prompt,
            Findings findings) {
        List<Map.Entry<String, JsonNode>> answers =
                List.copyOf(description.path("generate").properties());
        List<Generation.Request> requests = answers.stream()
                .map(answer -> new Generation.Request(
                        views,
                        prompt,
                        NgramCheck.rule(golden, golden.at(answer.getValue(), "settings")),
                        golden.at(answer.getValue(), "ids").size(),
                        Generation.NO_EOS))
                .toList();
        List<int[]> generated = Generation.run(network, SLOTS, requests);
        for (int i = 0; i < generated.size(); i++) {
            int[] expected = GoldenFolder.ids(answers.get(i).getValue().get("ids"));
            findings.equalIds(Aspect.GENERATIONS, name + " " + answers.get(i).getKey(), expected, generated.get(i));
        }
    }
}
