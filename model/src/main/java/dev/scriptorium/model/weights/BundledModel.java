package dev.scriptorium.model.weights;

import dev.scriptorium.model.confidence.Calibration;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The small line model that comes with this build, as a folder like any other checkpoint. Weights are
 * mapped from a file, so where this build is a jar they are unpacked once, into a folder named after
 * the digest of all files.
 */
public final class BundledModel {
    private static final String RESOURCES = "/dev/scriptorium/model/nano/";
    private static final String WEIGHTS = "model.safetensors";
    private static final List<String> FILES = List.of("config.json", "tokenizer.json", Calibration.FILE, WEIGHTS);

    private BundledModel() {}

    /**
     * The model's folder.
     *
     * @throws IOException if it has to be unpacked and cannot be; the message names the folder
     */
    public static Path folder() throws IOException {
        URL weights = BundledModel.class.getResource(RESOURCES + WEIGHTS);
        if (weights == null) {
            throw new IllegalStateException("resource " + RESOURCES + WEIGHTS + " expected in this build, none found");
        }
        if (weights.getProtocol().equals("file")) {
            return Path.of(uri(weights)).getParent();
        }
        return unpacked(cache().resolve("nano-" + digest().substring(0, 16)));
    }

    private static Path cache() {
        String given = System.getenv("SCRIPTORIUM_CACHE");
        if (given != null && !given.isBlank()) {
            return Path.of(given);
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && !xdg.isBlank() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("scriptorium");
    }

    /** Writes beside the target and moves it there, so that two starts at once or a full disk leave no half model. */
    private static Path unpacked(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            return target;
        }
        try {
            Files.createDirectories(target.getParent());
            Path part = Files.createTempDirectory(target.getParent(), "nano-part");
            for (String file : FILES) {
                try (InputStream in = BundledModel.class.getResourceAsStream(RESOURCES + file)) {
                    Files.copy(in, part.resolve(file));
                }
            }
            try {
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, target);
            }
            return target;
        } catch (IOException e) {
            if (Files.isDirectory(target)) {
                return target; // another start was faster
            }
            throw new IOException(
                    "bundled model: a folder that can be written expected, " + target.getParent()
                            + " found (SCRIPTORIUM_CACHE names another)",
                    e);
        }
    }

    /** Of all files: a build may bring other settings to the same weights. */
    private static String digest() throws IOException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String file : FILES) {
                try (InputStream in = BundledModel.class.getResourceAsStream(RESOURCES + file)) {
                    sha256.update(in.readAllBytes());
                }
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static URI uri(URL url) {
        try {
            return url.toURI();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(url + ": a file URL expected", e);
        }
    }
}
