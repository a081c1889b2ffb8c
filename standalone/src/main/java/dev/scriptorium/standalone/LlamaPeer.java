package dev.scriptorium.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.model.bench.Measurement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * llama.cpp's own benchmark program on a model file of the same shapes: prompts and decoding of one sequence, in tokens a
 * second of wall clock, which is all that it tells.
 *
 * @param program its {@code llama-bench}
 * @param model a GGUF file
 */
record LlamaPeer(Path program, Path model) {

    /**
     * Measures it.
     *
     * @throws IOException if it fails, or says what is not understood
     */
    List<Measurement> measure(int threads, int prompt, int tokens, int rounds)
            throws IOException, InterruptedException {
        String output = PeerProcess.run(
                        Map.of(),
                        List.of(
                                program.toString(),
                                "--model",
                                model.toString(),
                                "--threads",
                                Integer.toString(threads),
                                "--n-prompt",
                                Integer.toString(prompt),
                                "--n-gen",
                                Integer.toString(tokens),
                                "--repetitions",
                                Integer.toString(rounds),
                                "--output",
                                "json"))
                .output();
        int begin = output.indexOf('[');
        JsonNode tests = new ObjectMapper().readTree(output.substring(Math.max(0, begin)));
        if (begin < 0 || !tests.isArray() || tests.isEmpty()) {
            throw new IOException(program + ": an array of tests in JSON expected, found: " + output);
        }
        List<Measurement> results = new ArrayList<>();
        for (JsonNode test : tests) {
            List<Double> rates = new ArrayList<>();
            test.path("samples_ts").forEach(rate -> rates.add(rate.asDouble()));
            String what = test.path("n_gen").asInt() > 0 ? "decode, batch 1" : "prefill, " + prompt + " tokens";
            results.add(Measurement.of(
                    "peer: llama.cpp " + test.path("build_commit").asText() + ", " + what, "tokens/s", rates));
        }
        return results;
    }
}
