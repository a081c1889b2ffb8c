package dev.scriptorium.standalone;

import dev.scriptorium.model.eval.LabeledImages;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where training and test images lie in a data set's folder, whichever folder the user names. */
final class LabeledFolder {
    /** The part that is learned from. */
    static final String TRAIN = "train";
    /** The part that is scored. */
    static final String TEST = "test";

    private LabeledFolder() {}

    /**
     * The folder of a part: {@code <part>_data} in the layout of UIT-HWDB, {@code <part>} with a {@code
     * labels.tsv}; the folder itself where it has no such parts.
     */
    static Path part(Path data, LabeledImages.Layout layout, String part) {
        return switch (layout) {
            case UIT_HWDB -> Files.isDirectory(data.resolve(part + "_data")) ? data.resolve(part + "_data") : data;
            case LABELS_TSV ->
                Files.exists(data.resolve("labels.tsv"))
                                || !Files.exists(data.resolve(part).resolve("labels.tsv"))
                        ? data
                        : data.resolve(part);
            case PAGES -> data;
        };
    }
}
