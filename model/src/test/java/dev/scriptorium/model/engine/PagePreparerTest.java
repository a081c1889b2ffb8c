package dev.scriptorium.model.engine;

import dev.scriptorium.model.Golden;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.text.Prompt;
import dev.scriptorium.model.weights.BundledModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PagePreparerTest {
    private static final List<String> IMAGES =
            List.of("images/square_96x96.png", "images/portrait_700x1000.png", "images/landscape_1300x620.png");

    @ParameterizedTest(name = "line model: {0}")
    @ValueSource(booleans = {true, false})
    void makesTheSamePicturesOfAPageWhateverIsMadeBesideIt(boolean lines) throws IOException {
        ModelConfig config = ModelConfig.read(lines ? BundledModel.folder() : Golden.tiny("model"));
        List<List<Integer>> alone = new ArrayList<>();
        for (String image : IMAGES) {
            try (PagePreparer preparer = new PagePreparer(config, ImageDecoder.DEFAULT_MAX_PIXELS, true)) {
                alone.add(pixels(PagePreparer.await(preparer.first(page(image)))));
            }
        }
        try (PagePreparer preparer = new PagePreparer(config, ImageDecoder.DEFAULT_MAX_PIXELS, true)) {
            List<Future<PagePreparer.Prepared>> all = new ArrayList<>();
            for (int i = 0; i < 4 * IMAGES.size(); i++) {
                all.add(preparer.first(page(IMAGES.get(i % IMAGES.size()))));
            }
            for (int i = 0; i < all.size(); i++) {
                assertThat(pixels(PagePreparer.await(all.get(i)))).isEqualTo(alone.get(i % IMAGES.size()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesWhatIsNoImageAndWhatIsTooLarge(boolean tooLarge) throws IOException {
        ModelConfig config = ModelConfig.read(Golden.tiny("model"));
        try (PagePreparer preparer = new PagePreparer(config, 100 * 100, false)) {
            ByteBuffer text = ByteBuffer.wrap("not an image".getBytes(StandardCharsets.UTF_8));
            PageRequest page =
                    tooLarge ? page(IMAGES.get(1)) : new PageRequest("doc/1", text, Prompt.FREE_OCR, Mode.TINY, "");
            assertThat(PagePreparer.await(preparer.first(page)))
                    .isInstanceOfSatisfying(PagePreparer.Prepared.Refused.class, refused -> {
                        assertThat(refused.failure())
                                .isEqualTo(tooLarge ? PageFailure.OVERSIZE : PageFailure.UNDECODABLE);
                        assertThat(refused.message()).startsWith("page " + page.pageId() + ": ");
                    });
            assertThat(PagePreparer.await(preparer.first(page(IMAGES.get(0)))))
                    .isInstanceOf(PagePreparer.Prepared.Ready.class);
        }
    }

    /** Hashes, so that a failure is short. */
    private static List<Integer> pixels(PagePreparer.Prepared prepared) {
        List<Integer> pixels = new ArrayList<>();
        for (PagePreparer.Part part : ((PagePreparer.Prepared.Ready) prepared).parts()) {
            if (part.picture() instanceof Picture.Page page) {
                pixels.add(Arrays.hashCode(page.views().global().samples()));
                page.views().tiles().forEach(tile -> pixels.add(Arrays.hashCode(tile.samples())));
            } else if (part.picture() instanceof Picture.Line line) {
                pixels.add(Arrays.hashCode(line.canvas().pixels()));
            }
        }
        return pixels;
    }

    private static PageRequest page(String image) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Golden.tiny(image)));
        return new PageRequest(image, bytes, Prompt.FREE_OCR, Mode.AUTO, "");
    }
}
