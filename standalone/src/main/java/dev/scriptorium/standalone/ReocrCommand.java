package dev.scriptorium.standalone;

import dev.scriptorium.model.engine.OcrEngine;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.worker.Reocr;
import dev.scriptorium.worker.WorkerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Reads pages again that are on the topics already. With {@code --json} the object is {@code
 * {"dryRun","modelDigest","adapterId","outcomes":{outcome:n},"edits","changed":[{"pageId","edits","removed":[line],
 * "added":[line]}],"failed":[{"pageId","outcome","message"}]}}.
 */
@Command(
        name = "reocr",
        mixinStandardHelpOptions = true,
        description = {
            "Read pages again with another model or adapter, and publish what is read otherwise now.",
            "Interrupted, even killed, it goes on where it was when it is run again with the same options.",
            "Pages that somebody has corrected are left alone."
        })
final class ReocrCommand implements Callable<Integer> {
    private static final int DIGITS = 16;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only pages taken in then or later: a date, a time, or a time ago such as 2d.")
    private Optional<String> since = Optional.empty();

    @Option(names = "--until", paramLabel = "TIME", description = "Only pages taken in before then.")
    private Optional<String> until = Optional.empty();

    @Option(names = "--domain", paramLabel = "NAME", description = "Only pages of a domain.")
    private Optional<String> domain = Optional.empty();

    @Option(names = "--document", paramLabel = "ID", description = "Only pages of a document, or one page.")
    private Optional<String> document = Optional.empty();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Read with an adapter, as finetune or PEFT writes it; without, with the model alone.")
    private Optional<Path> adapter = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", defaultValue = "2147483647", description = "Read N pages at most.")
    private int limit;

    @Option(names = "--dry-run", description = "Only say which pages would be read.")
    private boolean dryRun;

    @Mixin
    private ModelOptions model;

    @Mixin
    private KafkaOptions cluster;

    @Mixin
    private Console console;

    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final List<Map<String, Object>> changed = new ArrayList<>();
    private final List<Map<String, Object>> failed = new ArrayList<>();
    private long edits;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (limit < 1) {
            throw new ParameterException(console.commandLine(), "--limit: at least 1 expected, " + limit + " found");
        }
        Instant now = Instant.now();
        Reocr.Wanted wanted = new Reocr.Wanted(
                since.map(text -> console.option("--since", () -> TimeOption.of(text, now))),
                until.map(text -> console.option("--until", () -> TimeOption.of(text, now))),
                domain,
                document);
        try (OcrEngine engine = model.open(Ladder.Limits.DEFAULT)) {
            String adapterId = "";
            if (adapter.isPresent()) {
                LoraAdapter lora = LoraAdapter.read(adapter.get(), engine.config());
                engine.mergeAdapter(lora); // every domain's pages
                adapterId = lora.id();
            }
            WorkerConfig config = cluster.bind(WorkerConfig.class, settings(engine.modelDigest(), adapterId));
            ClusterConfig topicsOf = new ClusterConfig(config.kafka(), config.topics(), config.limits());
            Topics topics = topicsOf.ensured();
            TopicScan scan = topicsOf.scan();
            try (Reocr reocr = new Reocr(config, topics, scan, engine, adapterId, Clock.systemUTC())) {
                reocr.run(wanted, limit, dryRun, this::show);
            }
            say(engine.modelDigest(), adapterId);
        }
        return failed.isEmpty() ? 0 : 1;
    }

    /** The undertaking is named after what is asked, so that the same question goes on and another one begins anew. */
    private Map<String, String> settings(String modelDigest, String adapterId) {
        String question = String.join(
                "\n",
                since.orElse(""),
                until.orElse(""),
                domain.map(name -> "=" + name).orElse(""),
                document.orElse(""),
                modelDigest,
                adapterId);
        String prefix = cluster.bind(WorkerConfig.class, Map.of("worker.id", "reocr"))
                .topics()
                .prefix();
        String name = prefix + "reocr." + digest(question).substring(0, DIGITS);
        Map<String, String> settings = new HashMap<>();
        settings.put("worker.id", name);
        settings.put("worker.group", name);
        return settings;
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void show(Reocr.Result result) {
        outcomes.merge(result.outcome().name(), 1, Integer::sum);
        switch (result.outcome()) {
            case CHANGED -> change(result);
            case FAILED, PAGE_GONE -> {
                console.say(result.outcome() + "  " + result.pageId() + "  " + result.message());
                failed.add(Map.of(
                        "pageId", result.pageId(),
                        "outcome", result.outcome().name(),
                        "message", result.message()));
            }
            case WANTED -> console.say(result.outcome() + "  " + result.pageId());
            case SAME, CORRECTED, CURRENT, DONE_BEFORE, LEFT -> {}
        }
    }

    private void change(Reocr.Result result) {
        LineDifference difference = LineDifference.between(result.before(), result.after());
        console.say("CHANGED  " + result.pageId() + "  " + result.edits() + " characters");
        difference.lines().forEach(line -> console.say("  " + line));
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("pageId", result.pageId());
        row.put("edits", result.edits());
        row.put("removed", difference.removed());
        row.put("added", difference.added());
        changed.add(row);
        edits += result.edits();
    }

    private void say(String modelDigest, String adapterId) {
        console.say(outcomes + ", " + edits + " characters otherwise");
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("dryRun", dryRun);
        json.put("modelDigest", modelDigest);
        json.put("adapterId", adapterId);
        json.put("outcomes", outcomes);
        json.put("edits", edits);
        json.put("changed", changed);
        json.put("failed", failed);
        console.result(json);
    }
}
