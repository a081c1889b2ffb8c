package dev.scriptorium.ingest;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds documents: files as named, folders with everything below them. The order is the caller's, and by name within
 * a folder, so that two runs over the same files meet them alike.
 */
public final class PageSource {

    /**
     * Lists the documents. Hidden files and folders (a leading dot) are passed over, links to folders are not
     * followed, and what cannot be listed is listed itself, so that whoever opens it says why.
     *
     * @param paths files and folders
     * @throws IOException if a folder fails while it is read
     */
    public List<Document> find(List<Path> paths) throws IOException {
        List<Document> documents = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                documents.addAll(below(path));
            } else {
                documents.add(new Document(path, true));
            }
        }
        return List.copyOf(documents);
    }

    private static List<Document> below(Path folder) throws IOException {
        List<Document> found = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                return isHidden(path) && !path.equals(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                if (!isHidden(path) && !Files.isDirectory(path)) {
                    found.add(new Document(path, false));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException cause) {
                found.add(new Document(path, false));
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(Comparator.comparing(Document::path));
        return found;
    }

    private static boolean isHidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }
}
