package dev.scriptorium.schemas.blob;

import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Adapters between the blob store and folders of their own. Not thread-safe. */
public final class AdapterFolders {
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

    private final Path dir;
    private final BlobStore blobs;

    /** @param dir where copies lie, each in a folder named after its id */
    public AdapterFolders(Path dir, BlobStore blobs) {
        this.dir = dir;
        this.blobs = blobs;
    }

    /**
     * The folder of an adapter, copied from the blob store if it is not there. A folder is whole or not there, whenever
     * the process is killed.
     *
     * @throws RecordException if its files cannot be had, or are none
     * @throws IOException if the copy cannot be written
     */
    public Path fetch(String id, List<AdapterFile> files) throws IOException {
        Path folder = folder(id);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        if (files.isEmpty()) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD, "adapter " + id + ": files expected in its manifest, none found");
        }
        Path part = folder.resolveSibling(id + ".part");
        remove(part);
        Files.createDirectories(part);
        for (AdapterFile file : files) {
            if (!FILE_NAME.matcher(file.getName()).matches()) {
                throw new RecordException(
                        ErrorCode.INVALID_RECORD,
                        "adapter " + id + ": a plain file name expected, '" + file.getName() + "' found");
            }
            write(part.resolve(file.getName()), blobs.get(file.getBlob(), Integer.MAX_VALUE));
        }
        Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
        return folder;
    }

    /**
     * The folder of an adapter that was fetched before.
     *
     * @throws RecordException if the name is not that of an adapter
     */
    public Path folder(String id) {
        if (!ID.matcher(id).matches()) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD, "adapter '" + id + "': 64 lower-case hexadecimal digits expected");
        }
        return dir.resolve(id);
    }

    /** Puts an adapter's files into the blob store. */
    public List<AdapterFile> store(Path folder) throws IOException {
        List<AdapterFile> files = new ArrayList<>();
        for (Path path : children(folder)) {
            if (Files.isRegularFile(path)) {
                BlobRef ref = blobs.put(ByteBuffer.wrap(Files.readAllBytes(path)));
                files.add(new AdapterFile(path.getFileName().toString(), ref));
            }
        }
        return files;
    }

    /** Removes all copies but these. */
    public void retain(Collection<String> ids) throws IOException {
        for (Path folder : children(dir)) {
            if (!ids.contains(folder.getFileName().toString())) {
                remove(folder);
            }
        }
    }

    /** Removes the copies. */
    public void clear() throws IOException {
        remove(dir);
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
