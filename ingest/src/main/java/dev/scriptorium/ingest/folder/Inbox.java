package dev.scriptorium.ingest.folder;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for files that are complete: whose size and time have stayed the same for a while. Who moves a file in, instead of
 * writing it there, is on the safe side however long that while is. Hidden files and folders (a leading dot), names
 * that programs give to files that are under way ({@code .part}, {@code .tmp}), and links are passed over. Used by one
 * thread.
 */
final class Inbox {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
    private static final List<String> PARTIAL =
            List.of(".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp", "~");

    private final Path folder;
    private final Duration settle;
    private final Clock clock;
    private Map<Path, Seen> seen = new HashMap<>();

    /** @param settle how long a file has to stay as it is */
    Inbox(Path folder, Duration settle, Clock clock) {
        this.folder = folder;
        this.settle = settle;
        this.clock = clock;
    }

    /**
     * How a file was found.
     *
     * @param since when it was first found so
     * @param refused true if it could not be taken so
     */
    private record Seen(long bytes, FileTime changed, Instant since, boolean refused) {
        boolean isLike(BasicFileAttributes attributes) {
            return bytes == attributes.size() && changed.equals(attributes.lastModifiedTime());
        }
    }

    /**
     * Looks at the folder.
     *
     * @return complete files, by name
     * @throws IOException if it cannot be looked at
     */
    List<Path> complete() throws IOException {
        Instant now = clock.instant();
        Map<Path, Seen> found = new HashMap<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                return isHidden(path) && !path.equals(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && !isHidden(path) && !isPartial(path)) {
                    Seen before = seen.get(path);
                    found.put(
                            path,
                            before != null && before.isLike(attributes)
                                    ? before
                                    : new Seen(attributes.size(), attributes.lastModifiedTime(), now, false));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException cause) throws IOException {
                if (path.equals(folder)) {
                    throw cause;
                }
                LOG.debug("file={} not looked at", path, cause); // gone meanwhile, or not ours to read
                return FileVisitResult.CONTINUE;
            }
        });
        seen = found;
        List<Path> complete = new ArrayList<>();
        found.forEach((path, state) -> {
            if (!state.refused() && !now.isBefore(state.since().plus(settle))) {
                complete.add(path);
            }
        });
        complete.sort(null);
        return complete;
    }

    /** Leaves a file alone until it changes. */
    void leave(Path path) {
        seen.computeIfPresent(path, (file, state) -> new Seen(state.bytes(), state.changed(), state.since(), true));
    }

    private static boolean isHidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    private static boolean isPartial(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        return PARTIAL.stream().anyMatch(name::endsWith);
    }
}
