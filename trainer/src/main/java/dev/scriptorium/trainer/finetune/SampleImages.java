package dev.scriptorium.trainer.finetune;

import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.ImageDecoder;
import dev.scriptorium.model.image.RgbImage;
import dev.scriptorium.model.image.UnreadableImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pictures of a run's samples. Gray ones are kept while they are few and small. Not thread-safe. */
final class SampleImages {
    private static final long KEPT_BYTES = 256L << 20;

    private final List<Sample> samples;
    private final ImageDecoder decoder = new ImageDecoder(ImageDecoder.DEFAULT_MAX_PIXELS);
    private final Map<Integer, GrayImage> kept = new HashMap<>();
    private long bytes;

    SampleImages(List<Sample> samples) {
        this.samples = List.copyOf(samples);
    }

    List<Sample> samples() {
        return samples;
    }

    RgbImage rgb(int index) throws IOException {
        Sample sample = samples.get(index);
        try {
            return decoder.decode(sample.name(), ByteBuffer.wrap(sample.source().read()));
        } catch (UnreadableImageException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    GrayImage gray(int index) throws IOException {
        GrayImage known = kept.get(index);
        if (known != null) {
            return known;
        }
        GrayImage image = rgb(index).toGray();
        if (bytes < KEPT_BYTES) {
            kept.put(index, image);
            bytes += (long) image.width() * image.height();
        }
        return image;
    }
}
