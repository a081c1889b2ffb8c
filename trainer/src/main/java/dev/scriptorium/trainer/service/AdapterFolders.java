package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import dev.scriptorium.schemas.blob.BlobStore;
import dev.scriptorium.trainer.service.labels.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Adapters between the blob store and folders of their own. */
final class AdapterFolders {
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

    private final Path dir;
    private final BlobStore blobs;

    /** @param dir where copies lie, each in a folder named after its id */
    AdapterFolders(Path dir, BlobStore blobs) {
        this.dir = dir;
        this.blobs = blobs;
    }

    /**
     * The folder of an adapter, copied from the blob store if it is not there.
     *
     * @throws RecordException if its files cannot be had, or are none
     */
    Path fetch(AdapterHistory.Active adapter) throws IOException {
        Path folder = folder(adapter.id());
        if (Files.isDirectory(folder)) {
            return folder;
        }
        if (adapter.files().isEmpty()) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD,
                    "adapter " + adapter.id() + ": files expected in its manifest, none found");
        }
        Path part = folder.resolveSibling(adapter.id() + ".part");
        DurableFiles.removeFolder(part);
        for (AdapterFile file : adapter.files()) {
            if (!FILE_NAME.matcher(file.getName()).matches()) {
                throw new RecordException(
                        ErrorCode.INVALID_RECORD,
                        "adapter " + adapter.id() + ": a plain file name expected, '" + file.getName() + "' found");
            }
            DurableFiles.write(part.resolve(file.getName()), blobs.get(file.getBlob(), Integer.MAX_VALUE));
        }
        Files.move(part, folder);
        return folder;
    }

    /**
     * The folder of an adapter that was fetched before.
     *
     * @throws RecordException if the name is not that of an adapter
     */
    Path folder(String id) {
        if (!ID.matcher(id).matches()) {
            throw new RecordException(
                    ErrorCode.INVALID_RECORD, "adapter '" + id + "': 64 lower-case hexadecimal digits expected");
        }
        return dir.resolve(id);
    }

    /** Puts an adapter's files into the blob store. */
    List<AdapterFile> store(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> children = Files.list(folder)) {
            paths = children.filter(Files::isRegularFile).sorted().toList();
        }
        List<AdapterFile> files = new ArrayList<>();
        for (Path path : paths) {
            BlobRef ref = blobs.put(ByteBuffer.wrap(Files.readAllBytes(path)));
            files.add(new AdapterFile(path.getFileName().toString(), ref));
        }
        return files;
    }

    /** Removes the copies. */
    void clear() throws IOException {
        DurableFiles.removeFolder(dir);
    }
}
