package dev.scriptorium.trainer.service.labels;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The latest label of every page with its image, on disk: {@code labels/} by the hash of the page's name, {@code
 * images/} by their own, {@code positions.json} with how far the topic was read. All of it can be read from the topics
 * again as long as these keep the images.
 *
 * <p>One thread writes and lists; {@link #image} and {@link #read} may be called by any.
 */
public final class LabelStore {
    private static final TypeReference<Label> LABEL = new TypeReference<>() {};
    private static final TypeReference<TreeMap<Integer, Long>> POSITIONS = new TypeReference<>() {};

    private final Path dir;
    private final Map<String, Label> labels = new TreeMap<>();
    private final Map<Integer, Long> positions = new TreeMap<>();

    private LabelStore(Path dir) {
        this.dir = dir;
    }

    /**
     * Opens a store, or begins one.
     *
     * @throws IOException if the folder cannot be read or made
     */
    public static LabelStore open(Path dir) throws IOException {
        LabelStore store = new LabelStore(Files.createDirectories(dir));
        for (Path file : DurableFiles.list(dir.resolve("labels"))) {
            Label label = DurableFiles.readJson(file, LABEL);
            store.labels.put(label.pageId(), label);
        }
        if (Files.exists(store.positionsFile())) {
            store.positions.putAll(DurableFiles.readJson(store.positionsFile(), POSITIONS));
        }
        return store;
    }

    /** Keeps a page's label, unless a later one is kept already; the record may come again after a crash. */
    public void put(Label label, byte[] image) throws IOException {
        Label known = labels.get(label.pageId());
        if (known != null && known.partition() == label.partition() && known.offset() >= label.offset()) {
            return;
        }
        Path file = image(label.image());
        if (!Files.exists(file)) {
            DurableFiles.write(file, image);
        }
        DurableFiles.writeJson(labelFile(label.pageId()), label);
        labels.put(label.pageId(), label);
    }

    /** Forgets a page; its image goes with {@link #collect}. */
    public void remove(String pageId) throws IOException {
        Files.deleteIfExists(labelFile(pageId));
        labels.remove(pageId);
    }

    /** All labels, by page. */
    public List<Label> labels() {
        return List.copyOf(labels.values());
    }

    /** A page's label. */
    public Optional<Label> find(String pageId) {
        return Optional.ofNullable(labels.get(pageId));
    }

    /** Where an image lies. */
    public Path image(String sha256) {
        return dir.resolve("images").resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    /** A label's image. */
    public byte[] read(Label label) throws IOException {
        return Files.readAllBytes(image(label.image()));
    }

    /** Removes images that no label needs and no caller. */
    public void collect(Set<String> needed) throws IOException {
        Set<String> kept = new HashSet<>(needed);
        labels.values().forEach(label -> kept.add(label.image()));
        for (Path file : DurableFiles.list(dir.resolve("images"))) {
            if (!kept.contains(file.getFileName().toString())) {
                Files.delete(file);
            }
        }
    }

    /** Next offset to read, by partition; 0 where nothing was read yet. */
    public long position(int partition) {
        return positions.getOrDefault(partition, 0L);
    }

    /** Notes how far the topic was read; everything before lies in this store. */
    public void moveTo(Map<Integer, Long> next) throws IOException {
        Map<Integer, Long> all = new HashMap<>(positions);
        all.putAll(next);
        if (!all.equals(positions)) {
            DurableFiles.writeJson(positionsFile(), new TreeMap<>(all));
            positions.putAll(next);
        }
    }

    private Path positionsFile() {
        return dir.resolve("positions.json");
    }

    private Path labelFile(String pageId) {
        String name = DurableFiles.sha256(pageId);
        return dir.resolve("labels").resolve(name.substring(0, 2)).resolve(name + ".json");
    }
}
