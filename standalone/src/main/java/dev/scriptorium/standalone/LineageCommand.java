package dev.scriptorium.standalone;

import dev.scriptorium.schemas.TopicScan;
import dev.scriptorium.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * What led to what. With {@code --json} the object is {@code {"pages":[...]}}, each a {@link PageStory}, or {@code
 * {"adapter":{...}}}, an {@link AdapterStory}.
 */
@Command(
        name = "lineage",
        mixinStandardHelpOptions = true,
        description = {
            "Say what led to what, from the topics alone.",
            "Of a page or a document: recognitions, corrections, label, and the adapters that learned from it.",
            "Of an adapter: every page and reviewer it learned from, its parents, the gate's numbers, what it has read."
        })
final class LineageCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "ID",
            description = "A page (<documentId>/<page number>), a document, or an adapter or its beginning.")
    private String id;

    @Mixin
    private KafkaOptions cluster;

    @Mixin
    private Console console;

    @Override
    public Integer call() {
        ClusterConfig config = cluster.bind(ClusterConfig.class, Map.of());
        Topics topics = config.ensured();
        try (TopicScan scan = config.scan()) {
            Lineage lineage = new Lineage(scan, topics);
            if (lineage.log().byId(id).isPresent()) {
                return adapter(lineage);
            }
            List<PageStory> pages = lineage.pages(id);
            if (pages.isEmpty() && lineage.log().knows(id)) {
                return adapter(lineage);
            }
            if (pages.isEmpty()) {
                throw new IllegalArgumentException(
                        "'" + id + "': a page, a document or an adapter on the topics expected");
            }
            pages.forEach(page -> page.lines().forEach(console::say));
            console.result(Map.of("pages", pages));
            return 0;
        }
    }

    private int adapter(Lineage lineage) {
        AdapterStory story = lineage.adapter(lineage.log().find(id));
        story.lines().forEach(console::say);
        console.result(Map.of("adapter", story));
        return 0;
    }
}
