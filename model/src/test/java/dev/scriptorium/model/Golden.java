package dev.scriptorium.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.model.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** The golden fixtures among the test resources. */
public final class Golden {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    /** A file of the tiny model's fixture. */
    public static Path tiny(String file) {
        return resource("deepseek-ocr-tiny/" + file);
    }

    /** A file of the real checkpoint's fixture. */
    public static Path real(String file) {
        return resource("deepseek-ocr-real/" + file);
    }

    /** A JSON file, parsed. */
    public static JsonNode json(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An 8-bit RGB PNG, read without this project's own decoder. */
    public static RgbImage png(Path file) {
        try {
            BufferedImage image = ImageIO.read(file.toFile());
            byte[] samples = new byte[3 * image.getWidth() * image.getHeight()];
            int at = 0;
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    int rgb = image.getRGB(x, y);
                    samples[at++] = (byte) (rgb >> 16);
                    samples[at++] = (byte) (rgb >> 8);
                    samples[at++] = (byte) rgb;
                }
            }
            return new RgbImage(image.getWidth(), image.getHeight(), samples);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resource(String name) {
        URL url = Golden.class.getResource("/" + name);
        if (url == null) {
            throw new IllegalArgumentException("test resource " + name + " expected, none found");
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
