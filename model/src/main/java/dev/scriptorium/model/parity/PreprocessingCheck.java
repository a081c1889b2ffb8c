package dev.scriptorium.model.parity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.ImageNormalizer;
import dev.scriptorium.model.image.PageTiler;
import dev.scriptorium.model.image.PageViews;
import dev.scriptorium.model.image.Resampler;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.image.TileGrid;
import dev.scriptorium.model.text.PromptEncoder;
import dev.scriptorium.model.text.Tokenizer;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prepares every page in every mode: all pixels have to be those of the reference's pictures, and the
 * prompt as long as the reference's.
 */
final class PreprocessingCheck implements Check {
    /** Of the sum over a view's numbers, which is taken in double where the reference may have added otherwise. */
    private static final double SUM_TOLERANCE = 1e-3;

    private static final String FOLDER = "preprocess";
    private static final String LANCZOS = "_lanczos.global.png";

    private final PageTiler tiler = new PageTiler();
    private final PageTiler lanczos = new PageTiler(Resampler.LANCZOS, TileGrid.MAX_TILES);

    @Override
    public void run(GoldenFolder golden, Findings findings) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(golden.file("model/tokenizer.json"))) {
            pages(golden, new PromptEncoder(tokenizer), findings);
        }
    }

    private void pages(GoldenFolder golden, PromptEncoder encoder, Findings findings) throws IOException {
        int patch = ModelConfig.read(golden.file("model")).sam().patch();
        Set<String> pictures = pictures(golden);
        for (Map.Entry<String, JsonNode> page : golden.index().get(FOLDER).properties()) {
            String name = page.getKey();
            PageViews views = golden.views(name, tiler);
            shape(golden, name, views, findings);
            prompt(golden, name, encoder, views.visionTokens(patch), findings);
            List<RgbImage> all = new ArrayList<>(List.of(views.global()));
            all.addAll(views.tiles());
            int picture = 0;
            for (JsonNode file : golden.at(page.getValue(), "files")) {
                pixels(golden, file.asText(), all.get(picture++), findings);
                pictures.remove(file.asText());
            }
            String trained = FOLDER + "/" + name + LANCZOS;
            if (pictures.remove(trained)) {
                pixels(golden, trained, golden.views(name, lanczos).global(), findings);
            }
            sum(name + " pixel_sum", golden.at(page.getValue(), "pixel_sum"), List.of(views.global()), findings);
            sum(name + " tile_pixel_sum", golden.at(page.getValue(), "tile_pixel_sum"), views.tiles(), findings);
        }
        pictures.forEach(file -> findings.fail(
                Aspect.PREPROCESSING, file + ": a picture that the index describes expected, an unknown one found"));
    }

    private static void shape(GoldenFolder golden, String name, PageViews views, Findings findings) {
        JsonNode page = golden.preprocess(name);
        Aspect aspect = Aspect.PREPROCESSING;
        findings.equal(
                aspect,
                name + " n_tiles",
                golden.at(page, "n_tiles").asInt(),
                views.tiles().size());
        JsonNode grid = golden.at(page, "spatial_crop");
        findings.equal(
                aspect,
                name + " spatial_crop",
                List.of(grid.path(0).asInt(), grid.path(1).asInt()),
                List.of(views.columns(), views.rows()));
        JsonNode size = golden.at(page, "global_size");
        findings.equal(
                aspect,
                name + " global_size",
                List.of(size.path(0).asInt(), size.path(1).asInt()),
                List.of(views.global().width(), views.global().height()));
    }

    private static void prompt(
            GoldenFolder golden, String name, PromptEncoder encoder, int visionTokens, Findings findings) {
        JsonNode page = golden.preprocess(name);
        int expected = golden.at(page, "n_image_tokens").asInt();
        findings.equal(Aspect.PROMPTS, name + " n_image_tokens", expected, visionTokens);
        int length = golden.prompt(name, encoder, visionTokens).length();
        findings.equal(
                Aspect.PROMPTS, name + " seq_len", golden.at(page, "seq_len").asInt(), length);
    }

    private static void pixels(GoldenFolder golden, String file, RgbImage found, Findings findings) throws IOException {
        RgbImage expected = golden.image(file);
        findings.equal(Aspect.PREPROCESSING, file, expected.toString(), found.toString());
        findings.equal(Aspect.PREPROCESSING, file + " pixels that differ", 0L, different(expected, found));
    }

    private static long different(RgbImage expected, RgbImage found) {
        byte[] a = expected.samples();
        byte[] b = found.samples();
        long count = Math.abs(a.length - b.length) / 3;
        for (int i = 0; i < Math.min(a.length, b.length); i += 3) {
            if (a[i] != b[i] || a[i + 1] != b[i + 1] || a[i + 2] != b[i + 2]) {
                count++;
            }
        }
        return count;
    }

    private static void sum(String place, JsonNode golden, List<RgbImage> views, Findings findings) {
        double expected = golden.asDouble();
        double found = 0;
        for (RgbImage view : views) {
            FloatBuffer numbers = FloatBuffer.allocate(3 * view.width() * view.height());
            ImageNormalizer.normalize(view, numbers);
            for (float number : numbers.array()) {
                found += number;
            }
        }
        boolean near = Math.abs(found - expected) <= SUM_TOLERANCE * Math.abs(expected);
        findings.equal(Aspect.PREPROCESSING, place, expected, near ? expected : found);
    }

    private static Set<String> pictures(GoldenFolder golden) throws IOException {
        try (Stream<Path> files = Files.list(golden.file(FOLDER))) {
            return files.map(file -> FOLDER + "/" + file.getFileName()).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
