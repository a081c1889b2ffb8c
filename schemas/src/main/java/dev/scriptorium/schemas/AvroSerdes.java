package dev.scriptorium.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * One typed serde per record, made from a client's configuration. {@code value.serializer} and {@code
 * value.deserializer} name the implementation, Kafka's own way; the default is {@code dev.scriptorium.schemas.registry},
 * or Confluent's when built with the Maven profile {@code confluent}. Either is told {@code specific.avro.reader} and
 * the record's class.
 *
 * <p>Whichever implementation is at work, what fails is a {@link RecordException} with its {@link ErrorCode}.
 */
public final class AvroSerdes {
    private static final String SERIALIZER = "value.serializer";
    private static final String DESERIALIZER = "value.deserializer";

    private final Map<String, Object> config;

    /** @param config at least {@code schema.registry.url}; keys of Kafka clients do no harm */
    public AvroSerdes(Map<String, ?> config) {
        this.config = new HashMap<>(defaults());
        this.config.putAll(config);
        this.config.put("specific.avro.reader", true);
    }

    /** Where the taking in of documents stands. */
    public Serde<DocumentStatus> documentStatus() {
        return of(DocumentStatus.class);
    }

    /** Pages to read. */
    public Serde<PageImage> pageImage() {
        return of(PageImage.class);
    }

    /** What was read. */
    public Serde<Recognition> recognition() {
        return of(Recognition.class);
    }

    /** Which of it makes a document. */
    public Serde<AssembledDocument> assembledDocument() {
        return of(AssembledDocument.class);
    }

    /** What people say about it. */
    public Serde<Correction> correction() {
        return of(Correction.class);
    }

    /** What the trainer learns from. */
    public Serde<LabeledPage> labeledPage() {
        return of(LabeledPage.class);
    }

    /** What it does not learn from until the doubt is gone. */
    public Serde<QuarantinedLabel> quarantinedLabel() {
        return of(QuarantinedLabel.class);
    }

    /** What it made of it. */
    public Serde<AdapterManifest> adapterManifest() {
        return of(AdapterManifest.class);
    }

    /** Every change of what pages are read with. */
    public Serde<AdapterChange> adapterChange() {
        return of(AdapterChange.class);
    }

    /** What became of it. */
    public Serde<AdapterEvent> adapterEvent() {
        return of(AdapterEvent.class);
    }

    /** What could not be worked on. */
    public Serde<DeadLetter> deadLetter() {
        return of(DeadLetter.class);
    }

    /** A topic's values. */
    public <T extends SpecificRecord> Serde<T> of(Topic<T> topic) {
        return of(topic.valueType());
    }

    /** Values of one generated class. */
    public <T extends SpecificRecord> Serde<T> of(Class<T> type) {
        return Serdes.serdeFrom(
                new CodedSerializer<>(serializerByName()), new CodedDeserializer<>(deserializerByName(type), type));
    }

    /** Any generated record, for a producer that writes to several topics. */
    public Serializer<SpecificRecord> anySerializer() {
        return new CodedSerializer<>(serializerByName());
    }

    private <T> Serializer<T> serializerByName() {
        @SuppressWarnings("unchecked")
        Serializer<T> serializer = (Serializer<T>) instance(SERIALIZER, Serializer.class);
        serializer.configure(config, false);
        return serializer;
    }

    private Deserializer<?> deserializerByName(Class<?> type) {
        Map<String, Object> typed = new HashMap<>(config);
        typed.put("specific.avro.value.type", type.getName());
        Deserializer<?> deserializer = instance(DESERIALIZER, Deserializer.class);
        deserializer.configure(typed, false);
        return deserializer;
    }

    private <S> S instance(String key, Class<S> kind) {
        Object named = config.get(key);
        try {
            Class<?> type = named instanceof Class<?> loaded ? loaded : Class.forName(Objects.toString(named));
            return kind.cast(type.getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new ConfigException(key, named, "a " + kind.getSimpleName() + " on the class path expected, " + e);
        }
    }

    /** The build decides: see the profile {@code confluent} in the module's pom. */
    private static Map<String, String> defaults() {
        Properties properties = new Properties();
        try (InputStream in = AvroSerdes.class.getResourceAsStream("serdes.properties")) {
            properties.load(Objects.requireNonNull(in, "serdes.properties"));
        } catch (IOException e) {
            throw new IllegalStateException("serdes.properties cannot be read", e);
        }
        return Map.of(
                SERIALIZER, properties.getProperty(SERIALIZER), DESERIALIZER, properties.getProperty(DESERIALIZER));
    }
}
