package dev.scriptorium.ingest.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The stations of a file, which are folders beside each other: {@code inbox}, {@code working}, {@code working/.sent} and
 * {@code done} or {@code failed}. Files move by renaming, so that each is at exactly one station, whatever happens; the
 * folders below the inbox are kept on the way. Used by one thread.
 */
final class WatchedFolder {
    private final Path inbox;
    private final Path working;
    private final Path sent;
    private final Path done;
    private final Path failed;

    /** @throws IOException if the folders cannot be made */
    WatchedFolder(Path folder) throws IOException {
        inbox = Files.createDirectories(folder.resolve("inbox"));
        working = Files.createDirectories(folder.resolve("working"));
        sent = Files.createDirectories(working.resolve(".sent"));
        done = Files.createDirectories(folder.resolve("done"));
        failed = Files.createDirectories(folder.resolve("failed"));
    }

    /** Where files come in. */
    Path inbox() {
        return inbox;
    }

    /**
     * A file that is worked on.
     *
     * @param name its path below the inbox, unless another file of that name was there first
     */
    record Work(Path file, Path name) {
        /** The folder below the inbox in which it lay. */
        Optional<String> domain() {
            return name.getNameCount() > 1 ? Optional.of(name.getName(0).toString()) : Optional.empty();
        }
    }

    /**
     * A file whose pages are all sent.
     *
     * @param documentId the document that it is
     */
    record Sent(Work work, String documentId) {}

    /** Takes a file from the inbox. */
    Work take(Path file) throws IOException {
        Path moved = move(file, working, inbox.relativize(file));
        return new Work(moved, working.relativize(moved));
    }

    /** Notes that all pages of a file are sent. */
    Sent markSent(Work work, String documentId) throws IOException {
        Path folder = sent.resolve(documentId);
        Path moved = move(work.file(), folder, work.name());
        return new Sent(new Work(moved, folder.relativize(moved)), documentId);
    }

    /** Where a file ends that is taken in; the file is not moved yet. */
    Path doneAs(Work work) {
        return free(done, work.name());
    }

    /** Where a file ends that is not taken in; the file is not moved yet. */
    Path failedAs(Work work) {
        return free(failed, work.name());
    }

    /** Ends the work on a file. */
    void end(Work work, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        Files.move(work.file(), target, StandardCopyOption.ATOMIC_MOVE);
        removeEmpty(work.file().getParent());
    }

    /** Files that were worked on when the last process ended. */
    List<Work> interrupted() throws IOException {
        return below(working).stream()
                .filter(file -> !file.startsWith(sent))
                .map(file -> new Work(file, working.relativize(file)))
                .toList();
    }

    /** Files that were sent when the last process ended, and not put away. */
    List<Sent> notPutAway() throws IOException {
        return below(sent).stream()
                .map(file -> {
                    Path name = sent.relativize(file);
                    String documentId = name.getName(0).toString();
                    return new Sent(new Work(file, name.subpath(1, name.getNameCount())), documentId);
                })
                .toList();
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        }
    }

    private static Path move(Path file, Path station, Path name) throws IOException {
        Path target = free(station, name);
        Files.createDirectories(target.getParent());
        return Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The name, or, where it is taken, the name with a number before its suffix: nothing is overwritten. */
    private static Path free(Path station, Path name) {
        Path target = station.resolve(name);
        String file = String.valueOf(name.getFileName());
        int dot = file.lastIndexOf('.');
        String stem = dot > 0 ? file.substring(0, dot) : file;
        String suffix = dot > 0 ? file.substring(dot) : "";
        for (int number = 2; Files.exists(target, LinkOption.NOFOLLOW_LINKS); number++) {
            target = station.resolve(name).resolveSibling(stem + "~" + number + suffix);
        }
        return target;
    }

    /** Removes folders that the way through the stations has left. */
    private void removeEmpty(Path folder) throws IOException {
        for (Path empty = folder; !empty.equals(working) && !empty.equals(sent); empty = empty.getParent()) {
            try (Stream<Path> files = Files.list(empty)) {
                if (files.findAny().isPresent()) {
                    return;
                }
            }
            Files.delete(empty);
        }
    }
}
