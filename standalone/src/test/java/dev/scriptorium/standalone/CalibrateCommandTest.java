package dev.scriptorium.standalone;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CalibrateCommandTest {
    private final StringWriter err = new StringWriter();

    @Test
    void leavesTheBundledModelAlone() {
        int status =
                Scriptorium.commandLine().setErr(new PrintWriter(err, true)).execute("calibrate", "--lines", "40");
        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains("--model: a model folder expected; the bundled one stays as it is");
    }
}
