package dev.scriptorium.model.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class PageTilerTest {
    static Stream<Map.Entry<String, JsonNode>> goldenCases() {
        return Golden.json(Golden.tiny("index.json")).get("preprocess").properties().stream();
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    void preparesPagesEqualToTheReferenceToTheLastPixel(Map.Entry<String, JsonNode> golden) {
        JsonNode expected = golden.getValue();
        RgbImage page = Golden.png(Golden.tiny(expected.get("image").asText()));

        PageViews views =
                new PageTiler().views(page, Mode.of(expected.get("mode").asText()));

        assertThat(views.columns())
                .isEqualTo(expected.get("spatial_crop").get(0).asInt());
        assertThat(views.rows()).isEqualTo(expected.get("spatial_crop").get(1).asInt());
        List<RgbImage> all = new ArrayList<>(List.of(views.global()));
        all.addAll(views.tiles());
        for (int i = 0; i < expected.get("files").size(); i++) {
            String file = expected.get("files").get(i).asText();
            assertThat(all.get(i).equals(Golden.png(Golden.tiny(file))))
                    .as(file)
                    .isTrue();
        }
        assertThat(views.visionTokens(16))
                .isEqualTo(expected.get("n_image_tokens").asInt());
        assertSum(List.of(views.global()), expected.get("pixel_sum").asDouble());
        assertSum(views.tiles(), expected.get("tile_pixel_sum").asDouble());
    }

    @ParameterizedTest
    @CsvSource({"portrait_700x1000", "landscape_1300x620", "square_96x96"})
    void resizesWithLanczosAsTheHandwritingExperimentTrained(String image) {
        PageTiler tiler = new PageTiler(Resampler.LANCZOS, TileGrid.MAX_TILES);
        RgbImage view = tiler.views(Golden.png(Golden.tiny("images/" + image + ".png")), Mode.SEED384)
                .global();
        String expected = "preprocess/" + image.split("_", -1)[0] + ".seed384_lanczos.global.png";
        assertThat(view.equals(Golden.png(Golden.tiny(expected)))).isTrue();
    }

    private static void assertSum(List<RgbImage> views, double expected) {
        double sum = 0;
        for (RgbImage view : views) {
            FloatBuffer floats = FloatBuffer.allocate(3 * view.width() * view.height());
            ImageNormalizer.normalize(view, floats);
            assertThat(floats.hasRemaining()).isFalse();
            for (float value : floats.array()) {
                sum += value;
            }
        }
        assertThat(sum).isCloseTo(expected, within(1e-6 * Math.abs(expected)));
    }

    @Test
    void choosesTheGridsOfTheReference() {
        for (JsonNode page : Golden.json(Golden.tiny("tiles_golden.json"))) {
            int width = page.get("width").asInt();
            int height = page.get("height").asInt();
            for (int maxTiles : new int[] {9, 6}) {
                JsonNode grid = page.get("max" + maxTiles);
                TileGrid expected =
                        new TileGrid(grid.get(0).asInt(), grid.get(1).asInt());
                assertThat(TileGrid.closest(width, height, maxTiles))
                        .as(page.toString())
                        .isEqualTo(expected);
                assertThat(TileGrid.of(width, height, maxTiles))
                        .as(page.toString())
                        .isEqualTo(page.get("cropped").asBoolean() ? expected : TileGrid.WHOLE);
            }
        }
    }

    @Test
    void tilesTogetherShowTheWholePageInOrder() {
        RgbImage page = new RgbImage(1280, 1920, new byte[3 * 1280 * 1920]);
        for (int i = 0; i < page.samples().length; i++) {
            page.samples()[i] = (byte) ((i * 2654435761L) >>> 13);
        }
        PageViews views = new PageTiler().views(page, Mode.GUNDAM);
        assertThat(List.of(views.columns(), views.rows())).containsExactly(2, 3);
        for (int k = 0; k < 6; k++) {
            assertThat(views.tiles().get(k)).isEqualTo(page.crop(k % 2 * 640, k / 2 * 640, 640, 640));
        }
    }

    @ParameterizedTest
    @CsvSource({"60000,8", "8,60000", "1,1", "5000,1"})
    void copesWithPagesOfExtremeShape(int width, int height) {
        RgbImage page = RgbImage.filled(width, height, 255, 255, 255);
        for (Mode mode : Mode.values()) {
            mode.side().ifPresent(side -> assertThat(
                            new PageTiler().views(page, mode).global().width())
                    .isEqualTo(side));
        }
    }

    @Test
    void padsToACanvasThatIsNotSquare() {
        RgbImage line = RgbImage.filled(100, 10, 255, 0, 0);
        RgbImage padded = new PageTiler().pad(line, 400, 50);
        assertThat(List.of(padded.rgb(0, 4), padded.rgb(0, 5), padded.rgb(399, 44), padded.rgb(399, 45)))
                .containsExactly(0x7F7F7F, 0xFF0000, 0xFF0000, 0x7F7F7F);
    }

    @Test
    void refusesAModeWithoutASide() {
        RgbImage page = RgbImage.filled(4, 4, 0, 0, 0);
        assertThatThrownBy(() -> new PageTiler().views(page, Mode.AUTO))
                .hasMessage("page tiler: a mode of fixed size expected, AUTO found");
    }
}
