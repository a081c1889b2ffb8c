package dev.scriptorium.model.parity;

import ai.djl.ndarray.NDArray;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.text.PromptTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Holds one run of the network against a golden file, and notices goldens that the run never made. */
final class Comparison {
    private final String name;
    private final GoldenTensors golden;
    private final Findings findings;
    private final TreeSet<String> open;

    Comparison(String name, GoldenTensors golden, Findings findings) {
        this.name = name;
        this.golden = golden;
        this.findings = findings;
        open = new TreeSet<>(golden.names());
    }

    /** Ids of a golden that are an input here, not a result. */
    int[] ids(String tensor) throws IOException {
        open.remove(tensor);
        return golden.ids(tensor);
    }

    List<String> startingWith(String prefix) {
        return open.stream().filter(tensor -> tensor.startsWith(prefix)).toList();
    }

    /** The prompt's ids, where its image stands, and the tile grid. */
    void prompt(PromptTokens prompt, PageViews views) throws IOException {
        equalIds("input_ids", Aspect.PROMPTS, golden.ids("input_ids"), prompt.ids());
        int[] mask = IntStream.range(0, prompt.length())
                .map(i -> i >= prompt.imageStart() && i < prompt.imageStart() + prompt.imageCount() ? 1 : 0)
                .toArray();
        equalIds("images_seq_mask", Aspect.PROMPTS, golden.flags("images_seq_mask"), mask);
        if (golden.has("images_spatial_crop")) {
            int[] grid = {views.columns(), views.rows()};
            equalIds("images_spatial_crop", Aspect.TILE_GRIDS, golden.ids("images_spatial_crop"), grid);
        }
    }

    /** A tensor of the network; it does not matter if no golden has it. */
    void tensor(String tensor, NDArray found) {
        if (open.contains(tensor)) {
            values(tensor, found.toFloatArray());
        }
    }

    void values(String tensor, float[] found) {
        open.remove(tensor);
        String stage = tensor.replaceFirst("^(global|local)\\.", "");
        try {
            findings.close(name, stage, tensor, golden.floats(tensor), found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A router's choice; goldens hold each position's experts in ascending order. */
    void router(int layer, NDArray experts, NDArray weights) {
        String ids = "router" + layer + ".topk_idx";
        String values = "router" + layer + ".topk_weight";
        if (!open.contains(ids)) {
            return;
        }
        long[] expert = experts.toLongArray();
        float[] weight = weights.toFloatArray();
        int each = Math.toIntExact(experts.getShape().get(1));
        int[] sortedExperts = new int[expert.length];
        float[] sortedWeights = new float[weight.length];
        for (int from = 0; from < expert.length; from += each) {
            int at = from;
            for (int i : IntStream.range(from, from + each)
                    .boxed()
                    .sorted(Comparator.comparingLong(i -> expert[i]))
                    .toList()) {
                sortedExperts[at] = (int) expert[i];
                sortedWeights[at++] = weight[i];
            }
        }
        try {
            equalIds(ids, Aspect.STAGES, golden.ids(ids), sortedExperts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (open.contains(values)) {
            values(values, sortedWeights);
        }
    }

    /** Nothing more will come: goldens still open were not reproduced. */
    void close() {
        open.forEach(tensor ->
                findings.fail(Aspect.STAGES, name + " " + tensor + ": a stage of this network expected, none found"));
    }

    private void equalIds(String tensor, Aspect aspect, int[] expected, int[] found) {
        open.remove(tensor);
        findings.equalIds(aspect, name + " " + tensor, expected, found);
    }
}
