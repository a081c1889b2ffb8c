package dev.scriptorium.schemas.blob;

import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.ErrorCode;
import dev.scriptorium.schemas.RecordException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FileBlobStoreTest {
    private static final byte[] BYTES = "a page".getBytes(StandardCharsets.UTF_8);
    private static final String SHA256 = "7b5e2dbd9ef5a3b1ae1a6a6a0f2f1b5ad5f9d3b1ae1a6a6a0f2f1b5ad5f9d3b1";

    @TempDir
    private Path folder;

    private Path root;
    private BlobStore store;

    @BeforeEach
    void open() throws IOException {
        root = folder.toRealPath().resolve("blobs");
        store = BlobStore.open(root.toUri());
    }

    private void assertFails(ErrorCode code, BlobRef ref) {
        assertThatThrownBy(() -> store.get(ref, 1_000))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(ref.getUri());
    }

    @Test
    void deletesWhatIsItsOwnAndNothingElse() throws IOException {
        BlobRef ref = store.put(ByteBuffer.wrap(BYTES));
        Path foreign = Files.writeString(folder.resolve(ref.getSha256()), "mine");
        BlobRef outside = new BlobRef(foreign.toUri().toString(), ref.getSha256(), ref.getSize());
        assertThatThrownBy(() -> store.delete(outside))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_FORBIDDEN));
        assertThat(foreign).exists();
        assertThat(store.delete(ref)).isTrue();
        assertThat(store.delete(ref)).isFalse();
        assertFails(ErrorCode.BLOB_MISSING, ref);
    }

    @Test
    void readsWhatItWrote() {
        ByteBuffer buffer = ByteBuffer.wrap(BYTES);
        BlobRef ref = store.put(buffer);
        assertThat(buffer.remaining()).isEqualTo(BYTES.length);
        assertThat(ref.getSize()).isEqualTo(BYTES.length);
        assertThat(ref.getUri()).startsWith("file:").endsWith(ref.getSha256());
        assertThat(store.get(ref, BYTES.length)).isEqualTo(BYTES);
        assertThat(new FileBlobStore(root).get(ref, BYTES.length)).isEqualTo(BYTES);
    }

    @Test
    void keepsOneCopyAndNoLitter() throws IOException {
        assertThat(store.put(ByteBuffer.wrap(BYTES))).isEqualTo(store.put(ByteBuffer.wrap(BYTES)));
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @Test
    void keepsOneWholeCopyWhenManyWriteAtOnce() throws Exception {
        byte[] large = new byte[1 << 20];
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<BlobRef> write = () -> store.put(ByteBuffer.wrap(large));
            for (Future<BlobRef> written : threads.invokeAll(
                    IntStream.range(0, 16).mapToObj(i -> write).toList())) {
                assertThat(store.get(written.get(), large.length)).isEqualTo(large);
            }
        } finally {
            threads.shutdownNow();
        }
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @Test
    void mendsAFileThatWasCutShort() throws IOException {
        BlobRef ref = store.put(ByteBuffer.wrap(BYTES));
        Files.write(Path.of(URI.create(ref.getUri())), new byte[] {1});
        store.put(ByteBuffer.wrap(BYTES));
        assertThat(store.get(ref, BYTES.length)).isEqualTo(BYTES);
    }

    @Test
    void noticesWhatIsMissingOrChanged() throws IOException {
        BlobRef ref = store.put(ByteBuffer.wrap(BYTES));
        Path file = Path.of(URI.create(ref.getUri()));
        Files.writeString(file, "b page");
        assertFails(ErrorCode.BLOB_MISMATCH, ref);
        Files.writeString(file, "a longer page");
        assertFails(ErrorCode.BLOB_MISMATCH, ref);
        Files.delete(file);
        assertFails(ErrorCode.BLOB_MISSING, ref);
        Files.createDirectory(file);
        assertFails(ErrorCode.BLOB_MISMATCH, ref);
    }

    @Test
    void refusesALargeBlobBeforeReadingIt() {
        BlobRef ref = store.put(ByteBuffer.wrap(BYTES));
        assertFails(ErrorCode.OVERSIZE, new BlobRef(ref.getUri(), ref.getSha256(), 1L << 40));
        assertThatThrownBy(() -> store.get(ref, BYTES.length - 1))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERSIZE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "file:etc",
                "http://example.org/page",
                "page",
                "",
                "file:///%00",
                "file://host/share",
                "::",
                "jar:file:/x!/y"
            })
    void refusesPlacesThatAreNotItsOwn(String uri) {
        assertFails(ErrorCode.BLOB_FORBIDDEN, new BlobRef(uri, SHA256, 6L));
    }

    @Test
    void refusesPathsThatClimbOutOfIt() throws IOException {
        Files.writeString(folder.resolve(SHA256), "secret");
        for (String path : List.of("../" + SHA256, "7b/../../" + SHA256, "7b/%2e%2e/%2e%2e/" + SHA256)) {
            assertFails(ErrorCode.BLOB_FORBIDDEN, new BlobRef(root.toUri() + path, SHA256, 6L));
        }
        assertFails(ErrorCode.INVALID_RECORD, new BlobRef(root.toUri() + "x", "../../../etc/passwd", 6L));
    }

    @Test
    void doesNotFollowALinkOutOfIt() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        Path link = root.resolve("7b").resolve(SHA256);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, secret);
        assertFails(ErrorCode.BLOB_FORBIDDEN, new BlobRef(link.toUri().toString(), SHA256, 6L));
    }

    @Test
    void saysWhenItCannotWrite() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> new FileBlobStore(file))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_STORE_UNAVAILABLE));
        assertThatThrownBy(() -> BlobStore.open(URI.create("ftp://host/x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ftp://host/x");
    }
}
