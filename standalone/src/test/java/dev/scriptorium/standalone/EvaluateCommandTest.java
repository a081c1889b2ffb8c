package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.trainer.draw.LineDrawer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EvaluateCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void wantsEitherAFolderOrDrawnPictures() {
        assertThat(run("evaluate")).isEqualTo(2);
        assertThat(run("evaluate", "--data", ".", "--drawn", "no-text")).isEqualTo(2);
        assertThat(err.toString()).contains("--data=DIR", "--drawn=no-text");
    }

    @Test
    void namesWhatItCannotDraw() {
        assertThat(run("evaluate", "--drawn", "horses")).isEqualTo(2);
        assertThat(run("evaluate", "--drawn", "no-text", "--count", "0")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--drawn: no-text expected, 'horses' found")
                .contains("--count: 1 or more expected, '0' found");
    }

    @Test
    void readsAlmostNothingWhereNothingStands() throws IOException {
        try {
            LineDrawer.standard();
        } catch (IllegalStateException none) {
            Assumptions.abort("no allowed fonts on this machine: " + none.getMessage());
        }
        assertThat(run("evaluate", "--drawn", "no-text", "--count", "40", "--seed", "5", "--threads", "1", "--json"))
                .as(err.toString())
                .isZero();

        JsonNode json = new ObjectMapper().readTree(out.toString().strip());
        assertThat(json.get("n").asInt()).isEqualTo(40);
        assertThat(json.get("failed").asInt()).isZero();
        assertThat(json.get("pages").get("n").asInt()).isEqualTo(20);
        assertThat(json.get("lines").get("n").asInt()).isEqualTo(20);
        int ofKinds = 0;
        for (JsonNode kind : json.get("kinds")) {
            ofKinds += kind.get("n").asInt();
        }
        assertThat(ofKinds).isEqualTo(40);
        // 1 of 100 is the aim; 40 pictures can say no more than this.
        assertThat(json.get("invented").asInt()).isLessThanOrEqualTo(2);
        assertThat(err.toString()).contains("show-through", "photograph", "made up");
    }

    private int run(String... arguments) {
        return Scriptorium.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
