package dev.scriptorium.worker;

import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.schemas.AdapterEvent;
import dev.scriptorium.schemas.AdapterEventKind;
import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.blob.AdapterFolders;
import dev.scriptorium.schemas.blob.BlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Publishes adapters on a stage, and hears what workers say about them. */
final class AdapterPress implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final List<AdapterEvent> events = new ArrayList<>();
    private final Stage stage;
    private final Path dir;
    private final BlobStore blobs;
    private final AdapterFolders store;
    private final ModelConfig base;
    private final String digest;
    private final Stage.Follower<AdapterEvent> follower;
    private final Map<String, List<AdapterFile>> files = new HashMap<>();

    /**
     * @param dir where adapters are drawn
     * @param digest of the base model
     */
    AdapterPress(Stage stage, Path dir, ModelConfig base, String digest) {
        this.stage = stage;
        this.dir = dir;
        this.base = base;
        this.digest = digest;
        blobs = BlobStore.open(stage.place().blobs().toUri());
        store = new AdapterFolders(dir, blobs);
        follower = stage.adapterEvents();
    }

    /** Draws an adapter that changes what is read, and puts it into the blob store. */
    LoraAdapter draw(int rank, long seed) throws IOException {
        return draw(rank, 1.5, seed);
    }

    LoraAdapter draw(int rank, double strength, long seed) throws IOException {
        Path folder = folder(rank, seed);
        LoraAdapter adapter = PeftAdapter.draw(folder, base, rank, strength, seed);
        files.put(adapter.id(), store.store(folder));
        return adapter;
    }

    /** Where the adapter of this rank and seed was drawn. */
    Path folder(int rank, long seed) {
        return dir.resolve("adapter-" + rank + "-" + seed);
    }

    /** Puts another adapter into the blob store: this one with other weights. */
    LoraAdapter edit(LoraAdapter adapter, Consumer<byte[]> change) throws IOException {
        Path folder = copy(adapter);
        byte[] weights = Files.readAllBytes(folder.resolve(PeftAdapter.WEIGHTS));
        change.accept(weights);
        Files.write(folder.resolve(PeftAdapter.WEIGHTS), weights);
        LoraAdapter edited = LoraAdapter.read(folder, base);
        files.put(edited.id(), store.store(folder));
        return edited;
    }

    /** Files of this adapter with another config. */
    List<AdapterFile> editConfig(LoraAdapter adapter, UnaryOperator<String> change) throws IOException {
        Path config = copy(adapter).resolve(PeftAdapter.CONFIG);
        Files.writeString(config, change.apply(Files.readString(config)));
        return store.store(config.getParent());
    }

    private Path copy(LoraAdapter adapter) throws IOException {
        Path folder = Files.createTempDirectory(dir, "edited-");
        for (AdapterFile file : files(adapter)) {
            Files.write(folder.resolve(file.getName()), blobs.get(file.getBlob(), Integer.MAX_VALUE));
        }
        return folder;
    }

    List<AdapterFile> files(LoraAdapter adapter) {
        return files.get(adapter.id());
    }

    /** What the trainer writes about an adapter that has passed. */
    AdapterManifest.Builder manifest(String domain, LoraAdapter adapter) {
        return AdapterManifest.newBuilder()
                .setAdapterId(adapter.id())
                .setDomain(domain)
                .setState(AdapterState.ACTIVE)
                .setActive(adapter.id())
                .setBaseModelDigest(digest)
                .setUri("adapters/" + domain + "/" + adapter.id())
                .setFiles(files(adapter))
                .setCreatedAt(Instant.EPOCH);
    }

    /** Publishes and waits until a worker says that it reads with it. */
    void activate(String domain, LoraAdapter adapter) throws Exception {
        long offset = stage.publish(manifest(domain, adapter).build());
        await(event -> AdapterEventKind.LOADED.name().equals(event.getKind())
                && event.getManifest().orElseThrow().getOffset() == offset);
    }

    /** Waits until a worker says so. */
    AdapterEvent await(Predicate<AdapterEvent> wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int seen = 0;
        while (true) {
            for (; seen < events.size(); seen++) {
                if (wanted.test(events.get(seen))) {
                    return events.get(seen);
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("an event within " + PATIENCE + " expected, none found among " + events);
            }
            events.addAll(follower.poll());
        }
    }

    @Override
    public void close() {
        follower.close();
    }
}
