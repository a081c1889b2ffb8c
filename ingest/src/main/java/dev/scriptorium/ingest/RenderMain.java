package dev.scriptorium.ingest;

import dev.scriptorium.schemas.settings.Secret;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import javax.imageio.ImageIO;
import javax.imageio.spi.IIORegistry;

/**
 * The other end of {@link RenderProcess}: a JVM that takes requests on standard input and answers on standard output.
 * It ends when its standard input does, even in the middle of a page, and does not end before: an interrupt at the
 * terminal reaches it too, but whether to stop is its parent's choice.
 */
final class RenderMain {
    static final byte OPEN = 1;
    static final byte READ = 2;
    static final byte CLOSE = 3;

    static final byte READY = 10;
    static final byte DONE = 11;
    static final byte REFUSED = 12;

    private final BlockingQueue<byte[]> requests = new LinkedBlockingQueue<>();
    private final DataOutputStream replies;
    private final ImageLimits limits;
    private final RenderSettings settings;
    private DocumentPages pages;

    private RenderMain(InputStream in, DataOutputStream replies) throws IOException, InterruptedException {
        this.replies = replies;
        Thread reader = new Thread(() -> receive(new DataInputStream(in)), "requests");
        reader.setDaemon(true);
        reader.start();
        DataInputStream told = next();
        limits = new ImageLimits(told.readInt(), told.readLong(), told.readInt());
        settings = new RenderSettings(
                told.readInt(),
                told.readLong(),
                Duration.ofSeconds(1), // its parent watches the time
                1,
                Optional.of(told.readUTF()).filter(word -> !word.isEmpty()).map(Secret::new));
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        DataOutputStream replies =
                new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16));
        System.setOut(System.err); // whatever a library prints must not come between the answers
        Runtime.getRuntime().addShutdownHook(new Thread(RenderMain::waitForParent, "wait-for-parent"));
        ImageIO.setUseCache(false); // no temporary files
        IIORegistry.getDefaultInstance().registerServiceProvider(new Jpeg2000Reader.Provider());
        RenderMain renderer = new RenderMain(System.in, replies);
        replies.writeByte(READY);
        replies.flush();
        while (true) {
            renderer.answer(renderer.next());
            replies.flush();
        }
    }

    private static void waitForParent() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void receive(DataInputStream in) {
        try {
            while (true) {
                requests.add(in.readNBytes(in.readInt()));
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(0); // the parent is gone, or wants nothing more
        }
    }

    private DataInputStream next() throws InterruptedException {
        return new DataInputStream(new ByteArrayInputStream(requests.take()));
    }

    private void answer(DataInputStream request) throws IOException {
        try {
            switch (request.readByte()) {
                case OPEN -> {
                    close();
                    pages = open(RenderJob.read(request));
                    replies.writeByte(DONE);
                    replies.writeInt(pages.count());
                }
                case READ -> write(pages.read(request.readInt()));
                default -> {
                    close();
                    replies.writeByte(DONE);
                }
            }
        } catch (RefusedException e) {
            refuse(e.reason(), e.getMessage());
        } catch (OutOfMemoryError e) {
            // The JVM's own ends the process; this one was thrown by a library that counts for itself.
            refuse(Refusal.OUT_OF_MEMORY, "a page that fits into memory expected, " + e.getMessage());
        }
    }

    private DocumentPages open(RenderJob job) throws RefusedException {
        try {
            return job.type() == ImageType.PDF ? new PdfPages(job, limits, settings) : new DecodedPages(job, limits);
        } catch (IOException e) {
            throw new RefusedException(Refusal.UNREADABLE, job.name() + ": " + e, e);
        }
    }

    private void write(Page page) throws IOException {
        replies.writeByte(DONE);
        replies.writeUTF(page.mediaType());
        replies.writeInt(page.width());
        replies.writeInt(page.height());
        replies.writeInt(page.dpi());
        ByteBuffer image = page.image();
        replies.writeInt(image.remaining());
        replies.write(image.array(), image.arrayOffset() + image.position(), image.remaining());
    }

    private void refuse(Refusal reason, String message) throws IOException {
        replies.writeByte(REFUSED);
        replies.writeUTF(reason.name());
        // The wire takes 65,535 bytes; no message needs a tenth of that.
        replies.writeUTF(message.length() <= 4000 ? message : message.substring(0, 4000));
    }

    private void close() {
        if (pages != null) {
            pages.close();
            pages = null;
        }
    }
}
