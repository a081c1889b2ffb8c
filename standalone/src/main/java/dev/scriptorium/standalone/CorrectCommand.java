package dev.scriptorium.standalone;

import dev.scriptorium.feedback.corrections.BatchImport;
import dev.scriptorium.feedback.corrections.CorrectionSink;
import dev.scriptorium.feedback.corrections.ImportReport;
import dev.scriptorium.feedback.corrections.NewCorrection;
import dev.scriptorium.feedback.corrections.RecognitionIndex;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Sends corrections. With {@code --json} the object is {@code {"pageId","topic","partition","offset"}}, of an import
 * {@code {"sent":[pageId],"refused":[{"place","message"}]}}.
 */
@Command(
        name = "correct",
        mixinStandardHelpOptions = true,
        description = {
            "Say what a page says, or import what others have transcribed.",
            "A correction may come before its page is recognized; the last one on a page counts."
        })
final class CorrectCommand implements Callable<Integer> {

    @Parameters(paramLabel = "PAGE_ID", arity = "0..1", description = "<documentId>/<page number>.")
    private Optional<String> pageId = Optional.empty();

    @ArgGroup(multiplicity = "1")
    private Word word;

    /** What is said; one of them. */
    static final class Word {
        @Option(names = "--text", paramLabel = "TEXT", description = "The true text of the whole page.")
        private Optional<String> text = Optional.empty();

        @Option(
                names = "--file",
                paramLabel = "FILE",
                description = "The same from a file in UTF-8; - for standard input.")
        private Optional<String> file = Optional.empty();

        @Option(names = "--accept", description = "The recognized text is right.")
        private boolean accept;

        @Option(names = "--reject", description = "Nothing is to be learnt from the page.")
        private boolean reject;

        @Option(names = "--withdraw", description = "Take back everything that was said about the page.")
        private boolean withdraw;

        @Option(
                names = "--import",
                paramLabel = "PATH",
                arity = "1..*",
                description = {
                    "CSV (pageId, text, ...), PAGE XML and ALTO files, and of folders all below them.",
                    "XML is for PAGE_ID, or else for the page whose document is called like its image."
                })
        private List<Path> batch = List.of();
    }

    @Option(
            names = "--reviewer",
            paramLabel = "NAME",
            defaultValue = "${sys:user.name}",
            description = "Who says so; default ${DEFAULT-VALUE}.")
    private String reviewer;

    @Option(names = "--note", paramLabel = "TEXT", defaultValue = "", description = "Remark for people.")
    private String note;

    @Mixin
    private KafkaOptions cluster;

    @Mixin
    private Console console;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ClusterConfig config = cluster.bind(ClusterConfig.class, Map.of());
        Topics topics = config.ensured();
        try (RecognitionIndex index = new RecognitionIndex(config.kafka(), topics, config.limits());
                CorrectionSink sink = CorrectionSink.open(config.kafka(), topics, config.limits(), Clock.systemUTC())) {
            return word.batch.isEmpty() ? correct(index, sink) : importAll(index, sink);
        }
    }

    private int correct(RecognitionIndex index, CorrectionSink sink) throws IOException {
        String page = pageId.orElseThrow(() ->
                new ParameterException(spec.commandLine(), "PAGE_ID: <documentId>/<page number> expected, none found"));
        SourceOffset place = word.withdraw
                ? console.option("PAGE_ID", () -> sink.withdraw(page)).await()
                : sink.send(completed(page, index)).await();
        console.say(page + " " + (word.withdraw ? "withdrawn" : "corrected") + ", " + place.getTopic() + "-"
                + place.getPartition() + " offset " + place.getOffset());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("pageId", page);
        json.put("topic", place.getTopic());
        json.put("partition", place.getPartition());
        json.put("offset", place.getOffset());
        console.result(json);
        return 0;
    }

    /** With the recognition that it corrects, if there is one yet. */
    private NewCorrection completed(String page, RecognitionIndex index) throws IOException {
        String text = text();
        NewCorrection said = console.option("correction", () -> correction(page, text));
        Optional<RecognitionIndex.Found> found = index.find(page);
        if (word.accept) {
            String recognized = found.orElseThrow(() -> new IllegalStateException(
                            "page " + page + ": a recognition to accept expected, none found"))
                    .recognition()
                    .getText();
            said = correction(page, recognized);
        }
        if (found.isEmpty()) {
            console.say("page " + page + " is not recognized yet; the correction waits for it");
            return said;
        }
        return found.get().complete(said);
    }

    private NewCorrection correction(String page, String text) {
        Verdict verdict = word.accept ? Verdict.ACCEPTED : word.reject ? Verdict.REJECTED : Verdict.EDITED;
        return new NewCorrection(page, text, verdict, reviewer, Optional.empty(), "", "", note, Optional.empty());
    }

    private String text() throws IOException {
        if (word.file.isEmpty()) {
            return word.text.orElse("");
        }
        String text = word.file.get().equals("-")
                ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                : Files.readString(Path.of(word.file.get()));
        return text.replaceFirst("\\R$", ""); // the line feed at the end of a file is no text
    }

    private int importAll(RecognitionIndex index, CorrectionSink sink) throws IOException {
        ImportReport report = new BatchImport(sink, index::pages, reviewer).run(word.batch, pageId);
        report.refused().forEach(refusal -> console.say("refused " + refusal.place() + ": " + refusal.message()));
        console.say(
                report.sent().size() + " corrections sent, " + report.refused().size() + " refused");
        console.result(report);
        return report.refused().isEmpty() ? 0 : 1;
    }
}
