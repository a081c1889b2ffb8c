package dev.scriptorium.model.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.ImageNormalizer;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.text.PromptTokens;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Takes one page or text through a float32 network part by part and shows every tensor on the way.
 * Stages have the names of the reference's goldens. Shapes: B = views, T = positions, H = hidden size.
 */
final class StageRun {
    /** Is shown each tensor, which lives only as long as the call. */
    @FunctionalInterface
    interface Observer {
        void see(String stage, NDArray tensor);
    }

    /** Is shown which experts a layer chose for each position, unsorted: (T, k) each. */
    @FunctionalInterface
    interface RouterObserver {
        void see(int layer, NDArray experts, NDArray weights);
    }

    private final ScriptModule module;
    private final Network network;
    private final ModelConfig config;
    private final NDManager owner;
    private final Observer observer;
    private final RouterObserver routers;

    /**
     * @param network computes in float32, used by this run alone
     * @param owner of all tensors made
     */
    StageRun(Network network, NDManager owner, Observer observer, RouterObserver routers) {
        this.network = network;
        this.owner = owner;
        this.observer = observer;
        this.routers = routers;
        module = network.module();
        config = network.config();
    }

    /** A page with its prompt, from pixels to embeddings (1, T, H). */
    NDArray page(PageViews page, PromptTokens prompt) {
        NDArray vision;
        if (page.tiles().isEmpty()) {
            vision = infer("lay_out", encode("global.", List.of(page.global())));
        } else {
            NDArray tiles = encode("local.", page.tiles());
            NDArray global = encode("global.", List.of(page.global()));
            vision = infer("lay_out_tiled", global, tiles, page.columns(), page.rows());
        }
        NDArray ids = owner.create(Arrays.stream(prompt.ids()).asLongStream().toArray());
        return infer("embed_with_images", ids, vision, prompt.imageStart());
    }

    /** A text without image, to embeddings (1, T, H). */
    NDArray text(int[] ids) {
        return infer("embed", owner.create(Arrays.stream(ids).asLongStream().toArray(), new Shape(1, ids.length)));
    }

    /** (B, 3, h, w) pixels -> (B, rows, columns, H) vision tokens. */
    private NDArray encode(String view, List<RgbImage> images) {
        NDArray x = seen(view + "sam_patch_embed", infer("sam_patch_embed", pixels(images)));
        x = seen(view + "sam_after_pos", infer("sam_add_positions", x));
        for (int i = 0; i < config.sam().layers(); i++) {
            x = seen(view + "sam_block" + i, infer("sam_block", x, i));
        }
        x = seen(view + "sam_neck", infer("neck", x));
        x = seen(view + "sam_net2", infer("compress1", x));
        NDArray features = seen(view + "sam_compressed", infer("compress2", x));
        x = seen(view + "clip_embeddings", infer("clip_embed", features));
        x = seen(view + "clip_pre_ln", infer("clip_pre_norm", x));
        for (int i = 0; i < config.clip().layers(); i++) {
            x = seen(view + "clip_layer" + i, infer("clip_layer", x, i));
        }
        seen(view + "clip_out", x);
        x = seen(view + "vision_concat", infer("vision_concat", x, features));
        x = seen(view + "projector", infer("project", x));
        Shape grid = features.getShape();
        return x.reshape(grid.get(0), grid.get(2), grid.get(3), config.decoder().width());
    }

    /** Embeddings (1, T, H), layer by layer, to logits (1, T, V). */
    void decoder(NDArray embeddings) {
        NDArray x = seen("inputs_embeds", embeddings);
        long length = x.getShape().get(1);
        NDArray positions = owner.create(LongStream.range(0, length).toArray(), new Shape(1, length));
        List<NDArray> angles =
                module.infer("rotary", positions, config.decoder().headWidth()).tensors(owner);
        NDArray cos = angles.get(0);
        NDArray sin = angles.get(1);
        for (int i = 0; i < config.decoder().layers(); i++) {
            seen("hidden" + i, x);
            if (i >= config.decoder().denseLayers()) {
                route(x, i, cos, sin);
            }
            x = infer("prompt_layer", x, i, cos, sin, -1);
        }
        seen("final_norm", norm(x, "model.norm.weight"));
        NDArray logits = seen("logits", infer("logits", x));
        seen("logits_last", logits.get(new NDIndex(":, -1")));
    }

    /** The first half of a layer once more, up to its router. */
    private void route(NDArray x, int layer, NDArray cos, NDArray sin) {
        String weights = "model.layers." + layer + ".";
        NDArray attended =
                x.add(infer("attend_prompt", norm(x, weights + "input_layernorm.weight"), layer, cos, sin, -1));
        NDArray flat =
                norm(attended, weights + "post_attention_layernorm.weight").squeeze(0);
        NDArray probabilities = infer("route", flat, layer - config.decoder().denseLayers());
        List<NDArray> chosen = module.infer("choose", probabilities).tensors(owner);
        routers.see(layer, chosen.get(1), chosen.get(0));
    }

    /**
     * Feeds an answer token by token through the cache.
     *
     * @param embeddings of the prompt, (1, T, H)
     * @param answer ids
     * @param count rows to give: after the prompt and after each of the first ids
     * @return logits, (count, V)
     */
    float[] teacherForced(NDArray embeddings, int[] answer, int count) {
        int prompt = Math.toIntExact(embeddings.getShape().get(1));
        module.put("cache_k", List.of());
        module.put("cache_v", List.of());
        module.train("make_cache", 1, prompt + count, config.decoder().width()).discard();
        FloatBuffer rows = FloatBuffer.allocate(count * config.decoder().vocabulary());
        rows.put(infer("prefill", embeddings, 0).toFloatArray());
        for (int i = 0; i < count - 1; i++) {
            NDArray id = owner.create(new long[] {answer[i]});
            NDArray position = owner.create(new long[] {prompt + i});
            rows.put(infer("decode", id, position, prompt + i + 1).toFloatArray());
        }
        return rows.array();
    }

    private NDArray norm(NDArray x, String weight) {
        return infer("rms_norm", x, network.weights().get(weight));
    }

    private NDArray pixels(List<RgbImage> images) {
        int width = images.get(0).width();
        int height = images.get(0).height();
        FloatBuffer numbers = FloatBuffer.allocate(images.size() * 3 * height * width);
        images.forEach(image -> ImageNormalizer.normalize(image, numbers));
        return owner.create(numbers.array(), new Shape(images.size(), 3, height, width));
    }

    private NDArray infer(String method, Object... arguments) {
        return module.infer(method, arguments).tensor(owner);
    }

    private NDArray seen(String stage, NDArray tensor) {
        observer.see(stage, tensor);
        return tensor;
    }
}
