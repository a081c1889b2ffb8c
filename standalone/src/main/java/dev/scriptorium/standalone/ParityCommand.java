package dev.scriptorium.standalone;

import dev.scriptorium.model.parity.Aspect;
import dev.scriptorium.model.parity.ParityCheck;
import dev.scriptorium.model.parity.ParityReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Runs checkpoints against a golden folder. With {@code --json} the object is {@code
 * {"ok","preprocessingEqual","generationsEqual","stages":{"name":maxAbsError},"failures":[...]}} and {@code
 * "cases"} with the stages of each case, {@code "checked"} with the number of goldens compared, {@code
 * "notChecked"}.
 */
@Command(
        name = "parity",
        mixinStandardHelpOptions = true,
        description = {
            "Reproduce what the reference implementation computed: pixels, prompts, every tensor inside the network,",
            "answers. Prints the largest error of each stage; exit 1 if anything differs."
        })
final class ParityCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DIR", description = "Golden folder: index.json and what it names.")
    private Path folder;

    @Mixin
    private Console console;

    @Override
    public Integer call() throws IOException {
        ParityCheck check = ParityCheck.of(folder);
        ParityReport report;
        try (ProgressBar progress = console.progress("checks", check.steps())) {
            report = check.run(progress::step);
        }
        show(report);
        console.result(json(report));
        return report.ok() ? 0 : 1;
    }

    private void show(ParityReport report) {
        console.say(String.format("%-28s %12s  %s", "stage", "largest error", "in"));
        report.stages()
                .forEach((stage, error) -> console.say(
                        String.format(Locale.ROOT, "%-28s %13.1e  %s", stage, error, worstCase(report, stage))));
        console.say("");
        console.say(String.format("%-28s %13s", "goldens", "compared"));
        report.checked().forEach((aspect, count) -> console.say(String.format("%-28s %13d", aspect.label(), count)));
        report.notChecked().forEach(left -> console.say(String.format("%-28s %13s", left, "not checked")));
        console.say("");
        report.failures().forEach(failure -> console.say("differs: " + failure));
        console.say(report.ok() ? "everything equal" : report.failures().size() + " goldens differ");
    }

    /** The case where a stage's error is largest; a stage may be computed for tiles and for the global view. */
    private static String worstCase(ParityReport report, String stage) {
        return report.cases().entrySet().stream()
                .max(Comparator.comparingDouble(named -> named.getValue().entrySet().stream()
                        .filter(tensor ->
                                tensor.getKey().equals(stage) || tensor.getKey().endsWith("." + stage))
                        .mapToDouble(Map.Entry::getValue)
                        .max()
                        .orElse(-1)))
                .map(Map.Entry::getKey)
                .orElse("");
    }

    private static Map<String, Object> json(ParityReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ok", report.ok());
        json.put("preprocessingEqual", report.preprocessingEqual());
        json.put("generationsEqual", report.generationsEqual());
        json.put("stages", report.stages());
        json.put("failures", report.failures());
        json.put("cases", report.cases());
        Map<String, Integer> checked = new LinkedHashMap<>();
        for (Map.Entry<Aspect, Integer> aspect : report.checked().entrySet()) {
            checked.put(aspect.getKey().label(), aspect.getValue());
        }
        json.put("checked", checked);
        json.put("notChecked", report.notChecked());
        return json;
    }
}
