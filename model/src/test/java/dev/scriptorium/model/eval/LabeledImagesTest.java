package dev.scriptorium.model.eval;

import dev.scriptorium.model.eval.LabeledImages.Item;
import dev.scriptorium.model.eval.LabeledImages.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LabeledImagesTest {
    @TempDir
    private Path folder;

    @Test
    void pairsPagesWithTheTruthBesideThem() throws IOException {
        write("b.tif", "");
        write("b.gt.txt", "second\npage");
        write("a.png", "");
        write("a.gt.txt", "first");
        write("without-truth.png", "");
        write("a.boxes.tsv", "0");

        List<Item> items = LabeledImages.read(folder, Layout.of("pages"));

        assertThat(items).extracting(Item::name).containsExactly("a.png", "b.tif");
        assertThat(items).extracting(Item::text).containsExactly("first", "second\npage");
    }

    @Test
    void refusesATruthWithoutItsPage() throws IOException {
        write("a.gt.txt", "lost");

        assertThatThrownBy(() -> LabeledImages.read(folder, Layout.PAGES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.gt.txt: one image a with an ending of")
                .hasMessageContaining("found");
    }

    @Test
    void namesTheLayoutsItKnows() {
        assertThatThrownBy(() -> Layout.of("folders"))
                .hasMessage("layout: one of labels-tsv, uit-hwdb, pages expected, 'folders' found");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
