package dev.scriptorium.model.parity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reproduces every golden of a folder that describes itself in {@code index.json}: pixels, prompts,
 * tensors inside the network, answers, and what lies around them.
 *
 * <p>Not thread-safe; computes in the calling thread.
 *
 * @see "SPEC section 13.3"
 */
public final class ParityCheck {
    private final GoldenFolder golden;
    private final List<Check> checks = new ArrayList<>();

    private ParityCheck(GoldenFolder golden) {
        this.golden = golden;
        checks.addAll(List.of(
                new PreprocessingCheck(),
                new TileGridCheck(),
                new TokenizerCheck(),
                new NgramCheck(),
                new TensorTypeCheck()));
        golden.index().get("cases").fieldNames().forEachRemaining(name -> checks.add(new CaseCheck(name)));
        if (golden.index().has("lora")) {
            checks.add(new LoraCheck());
        }
    }

    /**
     * Opens a golden folder.
     *
     * @throws dev.scriptorium.model.config.ModelFormatException if it is none
     * @throws IOException if it cannot be read
     */
    public static ParityCheck of(Path goldenFolder) throws IOException {
        return new ParityCheck(GoldenFolder.open(goldenFolder));
    }

    /** Opens a golden folder and reproduces it. */
    public static ParityReport run(Path goldenFolder) throws IOException {
        return of(goldenFolder).run(() -> {});
    }

    /** How many steps {@link #run(Runnable)} has. */
    public int steps() {
        return checks.size();
    }

    /**
     * Reproduces the goldens.
     *
     * @param step is told after each step
     * @throws dev.scriptorium.model.config.ModelFormatException if a file is not what the index says
     * @throws IOException if a file cannot be read
     */
    public ParityReport run(Runnable step) throws IOException {
        Findings findings = new Findings();
        for (Check check : checks) {
            check.run(golden, findings);
            step.run();
        }
        return findings.report();
    }
}
