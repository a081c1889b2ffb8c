package dev.scriptorium.standalone;

import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.LineFinder;
import dev.scriptorium.model.image.UnreadableImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** The lines of the sample pages of this build, cut out: the same images on every machine. */
final class SampleLines {
    private SampleLines() {}

    /** Writes each line as a PNG into a folder. */
    static List<Path> write(Path folder) throws IOException {
        ImageDecoder decoder = new ImageDecoder(ImageDecoder.DEFAULT_MAX_PIXELS);
        LineFinder finder = new LineFinder();
        List<Path> lines = new ArrayList<>();
        for (DemoPages.Original sample : Samples.write(folder)) {
            ByteBuffer encoded = ByteBuffer.wrap(Files.readAllBytes(sample.file()));
            try {
                for (FoundLine line : finder.find(decoder.decode(sample.file().toString(), encoded)
                                .toGray())
                        .lines()) {
                    Path file = folder.resolve(String.format("line-%03d.png", lines.size()));
                    ImageIO.write(line.pixels().toBufferedImage(), "png", file.toFile());
                    lines.add(file);
                }
            } catch (UnreadableImageException e) {
                throw new IOException(e);
            }
        }
        return lines;
    }
}
