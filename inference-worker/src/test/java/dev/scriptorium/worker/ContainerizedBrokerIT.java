package dev.scriptorium.worker;

import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.Recognition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The worker against the broker that people run: Kafka's own image, in a container. */
class ContainerizedBrokerIT {

    private static final DockerImageName KAFKA = DockerImageName.parse("apache/kafka:4.3.1");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path blobs;

    private record Container(String bootstrap) implements Cluster {
        @Override
        public String registryUrl() {
            return "mock://containerized";
        }
    }

    @BeforeEach
    void needsAnEngine() {
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no Docker engine answers");
    }

    @Test
    void turnsEveryPageIntoOneRecognition() throws Exception {
        List<PageImage> pages = IntStream.range(0, 100)
                .mapToObj(i -> Stage.page("page/" + i, "text " + i))
                .toList();
        try (KafkaContainer kafka = new KafkaContainer(KAFKA)) {
            kafka.start();
            try (Stage stage = new Stage(
                            new Container(kafka.getBootstrapServers()), blobs, "container.", PageLimits.DEFAULT);
                    RunningWorker worker = new RunningWorker(stage.config("w", WorkerConfig.Protocol.CONSUMER));
                    Stage.Results results = stage.results()) {
                stage.send(pages);

                results.await(pages.size(), PATIENCE);
                worker.stop();
                results.readToEnd();

                assertThat(results.letters).isEmpty();
                assertThat(results.recognitions)
                        .extracting(Recognition::getPageId)
                        .containsExactlyInAnyOrderElementsOf(
                                pages.stream().map(PageImage::getPageId).toList());
            }
        }
    }
}
