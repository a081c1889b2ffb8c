package dev.scriptorium.standalone;

import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.schemas.settings.Setting;
import dev.scriptorium.worker.replay.DeadLetterDesk;
import dev.scriptorium.worker.replay.Letter;
import dev.scriptorium.worker.replay.LetterFilter;
import dev.scriptorium.worker.replay.Replayed;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** What could not be read, and another try. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description = "See what could not be read and why, and have it read again.",
        subcommands = {
            DeadLettersCommand.ListAll.class,
            DeadLettersCommand.Show.class,
            DeadLettersCommand.Replay.class,
        })
final class DeadLettersCommand implements Runnable {

    @Mixin
    private Console console;

    @Override
    public void run() {
        throw new ParameterException(console.commandLine(), "list, show or replay expected");
    }

    /**
     * What these commands are told.
     *
     * @param blobs where large images lie
     */
    record DeskConfig(Map<String, String> kafka, TopicSettings topics, PageLimits limits, Blobs blobs) {
        /** @param uri without it nobody looks whether images are still there */
        record Blobs(
                @Setting(doc = "store of images that are too large for a record, e.g. file:/var/lib/scriptorium/blobs")
                Optional<URI> uri) {}

        DeadLetterDesk open() {
            ClusterConfig cluster = new ClusterConfig(kafka, topics, limits);
            return new DeadLetterDesk(
                    kafka,
                    cluster.ensured(),
                    limits,
                    cluster.scan(),
                    blobs.uri().map(BlobStore::open));
        }
    }

    /** Which letters are meant. */
    static final class Which {
        @Option(names = "--code", paramLabel = "CODE", description = "Only those with this error code.")
        private Optional<String> code = Optional.empty();

        @Option(names = "--document", paramLabel = "ID", description = "Only those of a document, or a page.")
        private Optional<String> document = Optional.empty();

        @Option(
                names = "--since",
                paramLabel = "TIME",
                description = "Only those given up then or later: a date, a time, or a time ago such as 2d.")
        private Optional<String> since = Optional.empty();

        @Option(names = "--until", paramLabel = "TIME", description = "Only those given up before then.")
        private Optional<String> until = Optional.empty();

        LetterFilter filter(Console console) {
            Instant now = Instant.now();
            return new LetterFilter(
                    code,
                    document,
                    since.map(text -> console.option("--since", () -> TimeOption.of(text, now))),
                    until.map(text -> console.option("--until", () -> TimeOption.of(text, now))));
        }
    }

    /** With {@code --json} the object is {@code {"deadLetters":[...],"states":{state:n}}}, each as {@link #row} has it. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Dead letters and what became of their pages since:",
                "OPEN nothing, REPLAYED sent again and awaited, READ, FAILED_AGAIN there is a later letter."
            })
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private Which which;

        @Mixin
        private KafkaOptions cluster;

        @Mixin
        private Console console;

        @Override
        public Integer call() {
            LetterFilter filter = which.filter(console);
            try (DeadLetterDesk desk = cluster.bind(DeskConfig.class, Map.of()).open()) {
                List<Letter> letters = desk.list(filter);
                Map<String, Integer> states = new TreeMap<>();
                for (Letter letter : letters) {
                    console.say(line(letter));
                    states.merge(letter.state().name(), 1, Integer::sum);
                }
                console.say(letters.size() + " dead letters " + states);
                Map<String, Object> json = new LinkedHashMap<>();
                json.put(
                        "deadLetters",
                        letters.stream().map(DeadLettersCommand::row).toList());
                json.put("states", states);
                console.result(json);
                return 0;
            }
        }
    }

    /** With {@code --json} the object is {@code {"deadLetters":[...]}}, each as {@link #row} has it. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "All that is known of a page's dead letters.")
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "PAGE", description = "The page's id, <documentId>/<page number>, or a document's.")
        private String page;

        @Mixin
        private KafkaOptions cluster;

        @Mixin
        private Console console;

        @Override
        public Integer call() {
            LetterFilter filter =
                    new LetterFilter(Optional.empty(), Optional.of(page), Optional.empty(), Optional.empty());
            try (DeadLetterDesk desk = cluster.bind(DeskConfig.class, Map.of()).open()) {
                List<Letter> letters = desk.list(filter);
                if (letters.isEmpty()) {
                    throw new IllegalArgumentException("'" + page + "': a page with dead letters expected");
                }
                for (Letter letter : letters) {
                    row(letter)
                            .forEach((name, value) -> console.say(String.format(Locale.ROOT, "%-10s %s", name, value)));
                    console.say("");
                }
                console.result(Map.of(
                        "deadLetters",
                        letters.stream().map(DeadLettersCommand::row).toList()));
                return 0;
            }
        }
    }

    /**
     * With {@code --json} the object is {@code {"dryRun","outcomes":{outcome:n},"deadLetters":[...]}}, each as {@link
     * #row} has it and {@code "replay"}.
     */
    @Command(
            name = "replay",
            mixinStandardHelpOptions = true,
            description = {
                "Send the pages of open dead letters to be read again, each once.",
                "Those that have been read since, or are on their way already, are left alone. Fails if a page is gone."
            })
    static final class Replay implements Callable<Integer> {
        @Mixin
        private Which which;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "2147483647", description = "Send N pages at most.")
        private int limit;

        @Option(names = "--dry-run", description = "Only say what would be done.")
        private boolean dryRun;

        @Mixin
        private KafkaOptions cluster;

        @Mixin
        private Console console;

        @Override
        public Integer call() {
            if (limit < 1) {
                throw new ParameterException(
                        console.commandLine(), "--limit: at least 1 expected, " + limit + " found");
            }
            LetterFilter filter = which.filter(console);
            try (DeadLetterDesk desk = cluster.bind(DeskConfig.class, Map.of()).open()) {
                Map<Letter, Replayed> done = desk.replay(filter, limit, dryRun);
                Map<String, Integer> outcomes = new TreeMap<>();
                List<Map<String, Object>> rows = new ArrayList<>();
                done.forEach((letter, outcome) -> {
                    console.say(
                            outcome + "  " + line(letter) + (outcome.refused() ? "  " + reason(letter, outcome) : ""));
                    outcomes.merge(outcome.name(), 1, Integer::sum);
                    Map<String, Object> row = row(letter);
                    row.put("replay", outcome.name());
                    rows.add(row);
                });
                console.say((dryRun ? "would be: " : "") + outcomes);
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("dryRun", dryRun);
                json.put("outcomes", outcomes);
                json.put("deadLetters", rows);
                console.result(json);
                return done.values().stream().anyMatch(Replayed::refused) ? 1 : 0;
            }
        }

        private static String reason(Letter letter, Replayed outcome) {
            String place = place(letter.letter().getSource());
            return outcome == Replayed.PAGE_GONE
                    ? place + ": the page and its image expected, retention has taken them; ingest the document again"
                    : place + ": a page expected, a record of another topic found";
        }
    }

    private static String line(Letter letter) {
        DeadLetter it = letter.letter();
        return it.getFailedAt() + "  " + letter.state() + "  " + it.getCode() + "  "
                + (it.getPageId().isEmpty() ? "(no key)" : it.getPageId()) + "  " + it.getMessage();
    }

    /** A letter for machines. */
    private static Map<String, Object> row(Letter letter) {
        DeadLetter it = letter.letter();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("pageId", it.getPageId());
        row.put("state", letter.state().name());
        row.put("code", it.getCode());
        row.put("message", it.getMessage());
        row.put("stage", it.getStage());
        row.put("attempts", it.getAttempts());
        row.put("failedAt", it.getFailedAt().toString());
        row.put("source", place(it.getSource()));
        row.put("letter", place(letter.place()));
        row.put("worker", it.getWorker());
        row.put("exception", it.getException());
        return row;
    }

    private static String place(SourceOffset at) {
        return at.getTopic() + "-" + at.getPartition() + "@" + at.getOffset();
    }
}
