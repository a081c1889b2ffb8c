package dev.scriptorium.model.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Folders of images with their texts, in the layouts that people have them. */
public final class LabeledImages {
    private static final String TRUTH = ".gt.txt";
    private static final List<String> IMAGES =
            List.of("png", "tif", "tiff", "jpg", "jpeg", "webp", "bmp", "jp2", "gif");

    private LabeledImages() {}

    /** How truth lies beside images. */
    public enum Layout {
        /** {@code labels.tsv}: file, tab, text; one row an image. */
        LABELS_TSV,
        /** UIT-HWDB: folders {@code <n>} with a {@code label.json} that maps file name to text. */
        UIT_HWDB,
        /** Pages: beside {@code X.png} (or tif, jpg ...) its truth {@code X.gt.txt}; images without one are passed over. */
        PAGES;

        /**
         * Finds a layout by its name on the command line.
         *
         * @throws IllegalArgumentException for an unknown one
         */
        public static Layout of(String name) {
            return switch (name) {
                case "labels-tsv" -> LABELS_TSV;
                case "uit-hwdb" -> UIT_HWDB;
                case "pages" -> PAGES;
                default ->
                    throw new IllegalArgumentException(
                            "layout: one of labels-tsv, uit-hwdb, pages expected, '" + name + "' found");
            };
        }
    }

    /**
     * One image and what it says.
     *
     * @param name path below the data folder
     * @param file the image
     * @param text truth
     */
    public record Item(String name, Path file, String text) {
        public Item {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * Lists a folder's images, in the order of its rows or of its numbers.
     *
     * @throws IOException if the truth cannot be read, or names an image that is not there
     */
    public static List<Item> read(Path folder, Layout layout) throws IOException {
        List<Item> items =
                switch (layout) {
                    case LABELS_TSV -> rows(folder);
                    case UIT_HWDB -> numbered(folder);
                    case PAGES -> pages(folder);
                };
        if (items.isEmpty()) {
            throw new IOException(folder + ": at least one labeled image expected, none found");
        }
        return items;
    }

    private static List<Item> rows(Path folder) throws IOException {
        Path file = folder.resolve("labels.tsv");
        if (!Files.exists(file)) {
            throw new IOException(folder + ": labels.tsv expected, none found");
        }
        List<Item> items = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            int tab = line.indexOf('\t');
            if (line.isBlank()) {
                continue;
            }
            if (tab < 1) {
                throw new IOException(file + " line " + number + ": file, tab, text expected, '" + line + "' found");
            }
            items.add(item(folder, line.substring(0, tab), line.substring(tab + 1), file + " line " + number));
        }
        return items;
    }

    private static List<Item> pages(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> children = Files.list(folder)) {
            files = children.filter(Files::isRegularFile).sorted().toList();
        }
        List<Item> items = new ArrayList<>();
        for (Path truth : files) {
            String name = truth.getFileName().toString();
            if (!name.endsWith(TRUTH)) {
                continue;
            }
            String stem = name.substring(0, name.length() - TRUTH.length());
            List<String> images = files.stream()
                    .map(file -> file.getFileName().toString())
                    .filter(file -> IMAGES.contains(file.substring(file.lastIndexOf('.') + 1))
                            && file.substring(0, file.lastIndexOf('.')).equals(stem))
                    .toList();
            if (images.size() != 1) {
                throw new IOException(truth + ": one image " + stem + " with an ending of " + IMAGES
                        + " beside it expected, " + images + " found");
            }
            items.add(item(folder, images.get(0), Files.readString(truth), truth.toString()));
        }
        return items;
    }

    private static List<Item> numbered(Path folder) throws IOException {
        List<Path> numbers;
        try (Stream<Path> children = Files.list(folder)) {
            numbers = children.filter(child -> Files.exists(child.resolve("label.json")))
                    .sorted(java.util.Comparator.comparing(LabeledImages::number)
                            .thenComparing(Path::toString))
                    .toList();
        }
        if (numbers.isEmpty()) {
            throw new IOException(folder + ": folders <n> with label.json expected, none found");
        }
        List<Item> items = new ArrayList<>();
        for (Path child : numbers) {
            Path file = child.resolve("label.json");
            JsonNode labels;
            try {
                labels = new ObjectMapper().readTree(Files.readString(file));
            } catch (JsonProcessingException e) {
                throw new IOException(file + ": a JSON object expected, " + e.getOriginalMessage(), e);
            }
            for (var label : labels.properties()) {
                String name = child.getFileName() + "/" + label.getKey();
                items.add(item(folder, name, label.getValue().asText(), file.toString()));
            }
        }
        return items;
    }

    private static Item item(Path folder, String name, String text, String place) throws IOException {
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder.normalize()) || !Files.isRegularFile(file)) {
            throw new IOException(place + ": an image of this folder expected, '" + name + "' found");
        }
        return new Item(name, file, text);
    }

    private static int number(Path folder) {
        String name = String.valueOf(folder.getFileName());
        return name.matches("\\d{1,9}") ? Integer.parseInt(name) : Integer.MAX_VALUE;
    }
}
