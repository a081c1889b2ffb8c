package dev.scriptorium.standalone;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PeerProcessTest {

    @Test
    void tellsWhatAProgramWroteAndHowLongItWorked() throws Exception {
        String busy = "echo $GREETING; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo end >&2";
        PeerProcess.Result result = PeerProcess.run(Map.of("GREETING", "two words"), List.of("sh", "-c", busy));
        assertThat(result.output()).isEqualTo("two words\nend");
        assertThat(result.cpuSeconds()).isPositive();
    }

    @Test
    void tellsWhyAProgramFailed() {
        assertThatThrownBy(() -> PeerProcess.run(Map.of(), List.of("sh", "-c", "echo no such model; exit 3")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sh: exit status 0 expected, 3 found: no such model");
    }

    @Test
    void findsProgramsThatAShellWouldFind() {
        assertThat(PeerProcess.find("sh")).isPresent();
        assertThat(PeerProcess.find("no-such-program")).isEmpty();
    }
}
