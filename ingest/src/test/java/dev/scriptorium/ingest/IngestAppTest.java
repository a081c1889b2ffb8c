package dev.scriptorium.ingest;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class IngestAppTest {
    @TempDir
    Path folder;

    @Test
    void withoutPathsItIsCalledWrongly() {
        assertThat(IngestApp.run(new String[0], Map.of())).isEqualTo(2);
    }

    @Test
    void withoutAClusterItIsConfiguredWrongly() {
        assertThat(IngestApp.run(new String[] {folder.toString()}, Map.of())).isEqualTo(2);
    }

    @Test
    void aMissingSettingsFileIsConfiguredWrongly() {
        Map<String, String> environment =
                Map.of("SCRIPTORIUM_CONFIG", folder.resolve("none.properties").toString());
        assertThat(IngestApp.run(new String[] {folder.toString()}, environment)).isEqualTo(2);
    }
}
