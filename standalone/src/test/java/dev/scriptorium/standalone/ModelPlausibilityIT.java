package dev.scriptorium.standalone;

import dev.scriptorium.model.engine.Likelihood;
import dev.scriptorium.model.weights.BundledModel;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.schemas.AvroSerdes;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.PageImage;
import dev.scriptorium.schemas.PageLimits;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.TopicSettings;
import dev.scriptorium.schemas.Topics;
import dev.scriptorium.schemas.Verdict;
import dev.scriptorium.schemas.blob.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The bundled model on a bundled page, fetched from a real broker. */
class ModelPlausibilityIT {
    @TempDir
    Path blobs;

    private static byte[] sample(String name) throws IOException {
        try (InputStream in = ModelPlausibilityIT.class.getResourceAsStream("samples/" + name)) {
            return in.readAllBytes();
        }
    }

    private static LabeledPage label(SourceOffset source, String text) {
        return LabeledPage.newBuilder()
                .setPageId("doc/1")
                .setDocumentId("doc")
                .setPageNumber(1)
                .setSource(source)
                .setRecognizedText("")
                .setTrueText(text)
                .setVerdict(Verdict.EDITED)
                .setLabeledAt(Instant.EPOCH)
                .build();
    }

    private static SourceOffset send(Map<String, String> clients, byte[] image) throws Exception {
        PageImage page = PageImage.newBuilder()
                .setPageId("doc/1")
                .setDocumentId("doc")
                .setPageNumber(1)
                .setMediaType("image/png")
                .setImage(ByteBuffer.wrap(image))
                .setIngestedAt(Instant.EPOCH)
                .build();
        try (KafkaProducer<String, SpecificRecord> producer = new KafkaProducer<>(
                Map.copyOf(clients), new StringSerializer(), new AvroSerdes(clients).anySerializer())) {
            RecordMetadata place = producer.send(new ProducerRecord<>("ocr.pages", "doc/1", page))
                    .get();
            return new SourceOffset(place.topic(), place.partition(), place.offset());
        }
    }

    @Test
    void findsTheTextOfAPageLikelyAndAnotherNot() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.temporary(Map.of())) {
            Map<String, String> clients =
                    Map.of("bootstrap.servers", kafka.bootstrap(), "schema.registry.url", "mock://plausibility-it");
            try (Admin admin = Admin.create(Map.copyOf(clients))) {
                new Topics(TopicSettings.DEFAULT.withPartitions(1), PageLimits.DEFAULT).ensure(admin);
            }
            SourceOffset page = send(clients, sample("typewritten-letter.png"));
            SourceOffset broken = send(clients, "no image".getBytes(StandardCharsets.UTF_8));
            String text = new String(sample("typewritten-letter.txt"), StandardCharsets.UTF_8);
            String other = new String(sample("skewed-page.txt"), StandardCharsets.UTF_8);
            Likelihood nano = Likelihood.open(BundledModel.folder(), Compute.cpu(DType.F32));
            try (ModelPlausibility model =
                    new ModelPlausibility(nano, clients, PageLimits.DEFAULT, BlobStore.open(blobs.toUri()))) {
                assertThat(model.score(label(page, text)).orElseThrow()).isBetween(-1.0, 0.0);
                assertThat(model.score(label(page, other)).orElseThrow()).isLessThan(-5.0);
                assertThat(model.score(label(broken, text))).isEmpty();
                SourceOffset gone = new SourceOffset("ocr.pages", 0, 99L);
                assertThat(model.score(label(gone, text))).isEmpty();
            }
        }
    }
}
