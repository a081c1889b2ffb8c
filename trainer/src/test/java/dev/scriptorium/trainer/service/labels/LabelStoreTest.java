package dev.scriptorium.trainer.service.labels;

import dev.scriptorium.trainer.service.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class LabelStoreTest {
    @TempDir
    private Path dir;

    @Test
    void keepsLabelsImagesAndPositionsOverARestart() throws IOException {
        LabelStore store = LabelStore.open(dir);
        Label label = Labels.label("a", "letters", 1, 7);
        store.put(label, Labels.image("a"));
        store.moveTo(Map.of(1, 8L));

        LabelStore reopened = LabelStore.open(dir);
        assertThat(reopened.labels()).containsExactly(label);
        assertThat(reopened.read(label)).isEqualTo(Labels.image("a"));
        assertThat(reopened.position(1)).isEqualTo(8);
        assertThat(reopened.position(0)).isZero();
    }

    @Test
    void keepsTheLaterLabelOfAPageHoweverOftenTheEarlierComesBack() throws IOException {
        LabelStore store = LabelStore.open(dir);
        Label later = Labels.label("a", "letters", 1, 9);
        store.put(later, Labels.image("a"));
        store.put(Labels.label("a", "letters", 1, 7), Labels.image("a"));

        assertThat(store.find("a/1")).contains(later);
    }

    @Test
    void forgetsAPageAndItsImage() throws IOException {
        LabelStore store = LabelStore.open(dir);
        Label gone = Labels.label("a", "letters", 1, 7);
        Label kept = Labels.label("b", "letters", 1, 8);
        Label needed = Labels.label("c", "letters", 1, 9);
        store.put(gone, Labels.image("a"));
        store.put(kept, Labels.image("b"));
        store.put(needed, Labels.image("c"));
        store.remove("a/1");
        store.remove("c/1");
        store.remove("never/1");
        store.collect(Set.of(needed.image()));

        assertThat(LabelStore.open(dir).labels()).containsExactly(kept);
        assertThat(store.image(gone.image())).doesNotExist();
        assertThat(store.image(kept.image())).exists();
        assertThat(store.image(needed.image())).exists();
    }
}
