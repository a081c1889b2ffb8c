package dev.scriptorium.trainer.draw;

import dev.scriptorium.trainer.draw.TextLine.Kind;
import java.awt.Font;
import java.awt.FontFormatException;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The faces lines are drawn with: those of the allow-list {@code fonts.tsv} (beside this class: family,
 * licence, Debian package, group, split, file) that are found in the given folders. A family is
 * wholly {@code train} or wholly {@code held-out}, and held-out families are never drawn for training.
 *
 * <p>{@link #system()} looks where Debian keeps fonts: {@code /usr/share/fonts}, {@code
 * /usr/local/share/fonts}, {@code /usr/share/texmf/fonts} and {@code ~/.local/share/fonts}. The same
 * folders give the same catalog, in the same order. Immutable, safe for many threads.
 */
public final class FontCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(FontCatalog.class);
    private static final int SEARCH_DEPTH = 8;
    private static final int CHOICES = 12;

    /** What a face looks like, with its share of book-like lines and of receipt-like lines. */
    enum Group {
        SERIF(47, 6),
        SERIF_ITALIC(11, 2),
        SERIF_BOLD(9, 5),
        SANS(11, 26),
        SANS_ITALIC(2, 3),
        SANS_BOLD(5, 12),
        CONDENSED(4, 16),
        MONO(11, 30);

        private final int bookWeight;
        private final int receiptWeight;

        Group(int bookWeight, int receiptWeight) {
            this.bookWeight = bookWeight;
            this.receiptWeight = receiptWeight;
        }

        boolean serif() {
            return this == SERIF || this == SERIF_ITALIC || this == SERIF_BOLD;
        }

        private int weight(Kind kind) {
            return kind == Kind.FIGURES ? receiptWeight : bookWeight;
        }
    }

    /** One font file; two faces are equal only if they are the same object. */
    static final class Face {
        private final String family;
        private final Group group;
        private final boolean heldOut;
        private final Font font;
        private final BitSet displays;

        /**
         * @param displays ids of the {@link Alphabet} it has a glyph for
         */
        private Face(String family, Group group, boolean heldOut, Font font, BitSet displays) {
            this.family = family;
            this.group = group;
            this.heldOut = heldOut;
            this.font = font;
            this.displays = displays;
        }

        String family() {
            return family;
        }

        Group group() {
            return group;
        }

        boolean heldOut() {
            return heldOut;
        }

        Font font() {
            return font;
        }

        String name() {
            return font.getPSName();
        }

        boolean displays(CharSequence text) {
            for (int i = 0; i < text.length(); i++) {
                if (!displays.get(Alphabet.idOf(text.charAt(i)))) {
                    return false;
                }
            }
            return true;
        }
    }

    private record Allowed(String family, Group group, boolean heldOut, String debianPackage, String file) {}

    private final Map<Group, List<Face>> train;
    private final Map<Group, List<Face>> heldOut;

    private FontCatalog(List<Face> faces, String where) {
        train = grouped(faces, false);
        heldOut = grouped(faces, true);
        if (train.isEmpty()) {
            throw new IllegalStateException("fonts: at least one font of the allow-list expected under " + where
                    + ", none found; install the Debian packages named in fonts.tsv");
        }
    }

    private static Map<Group, List<Face>> grouped(List<Face> faces, boolean heldOut) {
        Map<Group, List<Face>> grouped = new EnumMap<>(Group.class);
        for (Face face : faces) {
            if (face.heldOut() == heldOut) {
                grouped.computeIfAbsent(face.group(), group -> new ArrayList<>())
                        .add(face);
            }
        }
        return grouped;
    }

    /** The catalog of the machine's own font folders. */
    public static FontCatalog system() {
        return in(List.of(
                Path.of("/usr/share/fonts"),
                Path.of("/usr/local/share/fonts"),
                Path.of("/usr/share/texmf/fonts"),
                Path.of(System.getProperty("user.home"), ".local/share/fonts")));
    }

    /**
     * The catalog of these folders, searched with their subfolders; folders that do not exist are
     * passed over.
     *
     * @throws IllegalStateException if no allowed font for training is there
     */
    public static FontCatalog in(List<Path> folders) {
        Map<String, Path> files = files(folders);
        List<Face> faces = new ArrayList<>();
        TreeMap<String, Integer> missing = new TreeMap<>();
        for (Allowed allowed : allowList()) {
            Path file = files.get(allowed.file());
            if (file == null) {
                missing.merge(allowed.debianPackage(), 1, Integer::sum);
            } else {
                load(file)
                        .ifPresent(font -> faces.add(
                                new Face(allowed.family(), allowed.group(), allowed.heldOut(), font, displays(font))));
            }
        }
        if (!missing.isEmpty()) {
            LOG.warn("fonts found={} missing_from_packages={}", faces.size(), missing.keySet());
        }
        return new FontCatalog(faces, folders.toString());
    }

    /** File name to path; where a name occurs twice, the first path in order wins. */
    private static Map<String, Path> files(List<Path> folders) {
        Map<String, Path> files = new TreeMap<>();
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> found = Files.find(folder, SEARCH_DEPTH, (path, attributes) -> isFont(path))) {
                found.sorted()
                        .forEach(path -> files.putIfAbsent(path.getFileName().toString(), path));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    private static boolean isFont(Path path) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".ttf") || name.endsWith(".otf");
    }

    private static List<Allowed> allowList() {
        try (InputStream list = FontCatalog.class.getResourceAsStream("fonts.tsv")) {
            if (list == null) {
                throw new FileNotFoundException("resource fonts.tsv beside " + FontCatalog.class.getName());
            }
            return new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(FontCatalog::allowed)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Allowed allowed(String line) {
        String[] field = line.split("\t", -1);
        if (field.length != 6) {
            throw new IllegalStateException("fonts.tsv: 6 fields expected, " + field.length + " found in: " + line);
        }
        Group group = Group.valueOf(field[3].toUpperCase(Locale.ROOT).replace('-', '_'));
        return new Allowed(field[0], group, field[4].equals("held-out"), field[2], field[5]);
    }

    private static Optional<Font> load(Path file) {
        try {
            return Optional.of(Font.createFont(Font.TRUETYPE_FONT, file.toFile()));
        } catch (FontFormatException | IOException e) {
            LOG.warn("font passed over file={} reason={}", file, e.toString());
            return Optional.empty();
        }
    }

    private static BitSet displays(Font font) {
        BitSet displays = new BitSet(Alphabet.size());
        for (int id = 0; id < Alphabet.size(); id++) {
            displays.set(id, font.canDisplay(Alphabet.CHARACTERS.charAt(id)));
        }
        return displays;
    }

    /** All faces of a split, in catalog order. */
    List<Face> faces(boolean ofHeldOut) {
        return (ofHeldOut ? heldOut : train)
                .values().stream().flatMap(List::stream).toList();
    }

    /** Names of the families of a split, sorted. */
    public List<String> families(boolean ofHeldOut) {
        return faces(ofHeldOut).stream().map(Face::family).distinct().sorted().toList();
    }

    /** The face of the same family in another group. */
    Optional<Face> sibling(Face face, Group group) {
        return (face.heldOut() ? heldOut : train)
                .getOrDefault(group, List.of()).stream()
                        .filter(other -> other.family().equals(face.family()))
                        .findFirst();
    }

    /**
     * A face that has a glyph for every character, its group by weight, then evenly.
     *
     * @throws IllegalStateException if no face of the split has them all
     */
    Face choose(SplittableRandom random, TextLine line, boolean ofHeldOut) {
        Map<Group, List<Face>> split = ofHeldOut ? heldOut : train;
        for (int i = 0; i < CHOICES; i++) {
            List<Face> faces = split.getOrDefault(group(random, line.kind()), List.of());
            if (!faces.isEmpty()) {
                Face face = faces.get(random.nextInt(faces.size()));
                if (face.displays(line.text())) {
                    return face;
                }
            }
        }
        List<Face> able = faces(ofHeldOut).stream()
                .filter(face -> face.displays(line.text()))
                .toList();
        if (able.isEmpty()) {
            throw new IllegalStateException("fonts: a " + (ofHeldOut ? "held-out" : "train") + " face for all of '"
                    + line.text() + "' expected, none found");
        }
        return able.get(random.nextInt(able.size()));
    }

    private static Group group(SplittableRandom random, Kind kind) {
        int total = 0;
        for (Group group : Group.values()) {
            total += group.weight(kind);
        }
        int at = random.nextInt(total);
        for (Group group : Group.values()) {
            at -= group.weight(kind);
            if (at < 0) {
                return group;
            }
        }
        throw new IllegalStateException("fonts: weights of " + kind + " do not add up");
    }
}
