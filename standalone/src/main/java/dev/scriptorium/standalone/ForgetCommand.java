package dev.scriptorium.standalone;

import dev.scriptorium.feedback.forget.Forgetting;
import dev.scriptorium.feedback.forget.Forgotten;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.schemas.settings.Setting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Takes a document away. With {@code --json} the object is {@code
 * {"documentId","dryRun","pages":[pageId],"tombstones":{topic:n},"blobsDeleted":[uri],"blobsKept":{uri:reason},
 * "remains":[text],"adapters":[{"adapterId","domain","state","active","inherited","pages"}]}}.
 */
@Command(
        name = "forget",
        mixinStandardHelpOptions = true,
        description = {
            "Take a document away: its recognitions, corrections and labels from the topics, its images from the blob store.",
            "Says what cannot be deleted and which adapters learned from it. Reads all topics.",
        })
final class ForgetCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DOCUMENT", description = "The document's id, without a page number.")
    private String document;

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do it without asking.")
    private boolean yes;

    @Mixin
    private KafkaOptions cluster;

    @Mixin
    private Console console;

    /**
     * What this command is told.
     *
     * @param blobs where images lie
     */
    record ForgetConfig(Map<String, String> kafka, TopicSettings topics, PageLimits limits, Blobs blobs) {
        /** @param uri without it images in a blob store stay */
        record Blobs(
                @Setting(doc = "store of images that are too large for a record, e.g. file:/var/lib/scriptorium/blobs")
                Optional<URI> uri) {}
    }

    @Override
    public Integer call() throws IOException {
        ForgetConfig config = cluster.bind(ForgetConfig.class, Map.of());
        ClusterConfig topicsOf = new ClusterConfig(config.kafka(), config.topics(), config.limits());
        Topics topics = topicsOf.ensured();
        Optional<BlobStore> blobs =
                console.option("--blobs", () -> config.blobs().uri().map(BlobStore::open));
        Forgetting forgetting = new Forgetting(config.kafka(), topics, config.limits(), blobs, Clock.systemUTC());
        List<Lineage.Learner> adapters;
        try (TopicScan scan = topicsOf.scan()) {
            adapters = new Lineage(scan, topics).learners(document);
        }
        if (!dryRun && !yes) {
            show(forgetting.preview(document), adapters, "would be");
            confirm();
        }
        Forgotten forgotten = dryRun ? forgetting.preview(document) : forgetting.forget(document);
        show(forgotten, adapters, dryRun ? "would be" : "were");
        console.result(json(forgotten, adapters));
        return 0;
    }

    private void confirm() throws IOException {
        console.say("this cannot be undone; to do it, type the document's id");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String answer = input.readLine();
        if (answer == null || !answer.strip().equals(document)) {
            throw new IllegalStateException("document " + document
                    + ": its id, --yes or --dry-run expected, none of them found; nothing was done");
        }
    }

    private void show(Forgotten forgotten, List<Lineage.Learner> adapters, String verb) {
        console.say("document " + document + ": " + forgotten.pages().size() + " pages");
        forgotten
                .tombstones()
                .forEach((topic, records) ->
                        console.say("  " + topic + ": " + records + " records " + verb + " taken back"));
        forgotten.blobsDeleted().forEach(uri -> console.say("  " + uri + " " + verb + " deleted"));
        forgotten.blobsKept().forEach((uri, reason) -> console.say("  " + uri + " stays: " + reason));
        forgotten.remains().forEach(what -> console.say("  remains  " + what));
        for (Lineage.Learner adapter : adapters) {
            console.say("  learned  adapter " + adapter.adapterId() + " of domain " + adapter.domain() + ", "
                    + (adapter.active() ? "reads now" : adapter.state())
                    + (adapter.inherited() ? ", from its parents" : ", from " + adapter.pages() + " labels"));
        }
        if (!adapters.isEmpty()) {
            console.say("  What adapters learned stays in their weights; adapters rollback takes one out of use.");
        }
    }

    private Map<String, Object> json(Forgotten forgotten, List<Lineage.Learner> adapters) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("documentId", document);
        json.put("dryRun", dryRun);
        json.put("pages", forgotten.pages());
        json.put("tombstones", forgotten.tombstones());
        json.put("blobsDeleted", forgotten.blobsDeleted());
        json.put("blobsKept", forgotten.blobsKept());
        json.put("remains", forgotten.remains());
        json.put("adapters", adapters);
        return json;
    }
}
