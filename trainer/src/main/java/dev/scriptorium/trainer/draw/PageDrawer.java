package dev.scriptorium.trainer.draw;

import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.trainer.draw.FontCatalog.Face;
import dev.scriptorium.trainer.draw.FontCatalog.Group;
import java.awt.image.BufferedImage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * Draws the sample pages of the demo, each with its truth: texts written for this project, set in
 * families that are held out from training, scanned as in {@link Scan}. The same fonts give the same
 * pages. Run {@link #main} with the folder to write to.
 */
public final class PageDrawer {
    private static final double EM = 44;
    private static final double LEADING = 60;
    private static final int RECEIPT_WIDTH = 760;

    private final FontCatalog fonts;
    private final Path folder;
    private final List<String> index = new ArrayList<>();

    PageDrawer(FontCatalog fonts, Path folder) {
        this.fonts = fonts;
        this.folder = folder;
    }

    /** Writes all pages, their truths and {@code index.txt} to the folder given. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException(
                    "the folder to write to expected, " + arguments.length + " arguments found");
        }
        new PageDrawer(FontCatalog.system(), Path.of(arguments[0])).draw();
    }

    void draw() throws IOException {
        Files.createDirectories(folder);
        book();
        columns();
        receipt();
        skewed();
        noisy();
        letter();
        report();
        blank();
        Files.writeString(folder.resolve("index.txt"), String.join("\n", index) + "\n");
    }

    private void book() throws IOException {
        Sheet sheet = new Sheet(1340, 2060, 0);
        List<String> text = text("book");
        Face face = face("Baskervald ADF Std", Group.SERIF);
        sheet.centered(text.get(0), face, 0.86 * EM, 200);
        double y = prose(sheet, text.subList(1, text.size()), face, EM, 170, 310, 1000, LEADING);
        sheet.centered("41", face, 0.9 * EM, y + 70);
        save("book-page.png", sheet, scan(sheet, 1, EM, true, 0.2));
    }

    private void columns() throws IOException {
        Sheet sheet = new Sheet(1560, 2080, 0);
        List<String> text = text("columns");
        Face face = face("Charis SIL", Group.SERIF);
        sheet.centered(text.get(0), face("Charis SIL", Group.SERIF_BOLD), 72, 190);
        List<String> paragraphs = text.subList(1, text.size());
        List<Sheet.Row> rows = sheet.rows(paragraphs, face, 34, 610);
        int half = (rows.size() + 1) / 2;
        sheet.draw(rows.subList(0, half), face, 34, 130, 330, 610, 48);
        sheet.draw(rows.subList(half, rows.size()), face, 34, 820, 330, 610, 48);
        save("two-columns.png", sheet, scan(sheet, 2, 34, true, 0.1));
    }

    private void receipt() throws IOException {
        List<String> lines = text("receipt");
        Sheet sheet = new Sheet(RECEIPT_WIDTH, 120 + 46 * lines.size(), 0);
        Face face = face("Inconsolata", Group.MONO);
        double em = 36;
        double y = 90;
        for (String line : lines) {
            if (line.equals("-")) {
                sheet.dashes(60, RECEIPT_WIDTH - 60, y - 12);
            } else if (line.startsWith("^")) {
                sheet.centered(line.substring(1), face, em, y);
            } else if (line.contains("|")) {
                int bar = line.indexOf('|');
                sheet.row(line.substring(0, bar), line.substring(bar + 1), face, em, 60, RECEIPT_WIDTH - 60, y);
            }
            y += 46;
        }
        save("receipt.jpg", sheet, scan(sheet, 3, em, false, 0.7));
    }

    private void skewed() throws IOException {
        Sheet sheet = new Sheet(1340, 1560, 2.4);
        List<String> text = text("skewed");
        Face face = face("Vollkorn", Group.SERIF);
        sheet.centered(text.get(0), face, EM, 210);
        prose(sheet, text.subList(1, text.size()), face, EM, 170, 330, 1000, LEADING);
        save("skewed-page.png", sheet, scan(sheet, 4, EM, true, 0.2));
    }

    private void noisy() throws IOException {
        Sheet sheet = new Sheet(1340, 1640, -0.5);
        List<String> text = text("noisy");
        Face face = face("Caladea", Group.SERIF);
        sheet.centered(text.get(0), face("Caladea", Group.SERIF_BOLD), EM, 200);
        sheet.centered(text.get(1), face("Caladea", Group.SERIF_ITALIC), EM, 270);
        prose(sheet, text.subList(2, text.size()), face, 42, 170, 380, 1000, LEADING);
        sheet.edge(0, 0, 38, 1640);
        sheet.edge(0, 0, 1340, 24);
        save("noisy-page.png", sheet, scan(sheet, 5, 42, true, 1));
    }

    private void letter() throws IOException {
        List<String> lines = text("letter");
        Sheet sheet = new Sheet(1400, 340 + 56 * lines.size(), 0.3);
        Face face = face("Courier Prime", Group.MONO);
        double y = 180;
        for (String line : lines) {
            if (!line.isEmpty()) {
                sheet.line(line, face, 34, 150, y);
            }
            y += 56;
        }
        save("typewritten-letter.png", sheet, scan(sheet, 6, 34, true, 0.4));
    }

    private void report() throws IOException {
        Face face = face("Junicode Two Beta", Group.SERIF);
        List<BufferedImage> pages = new ArrayList<>();
        List<String> truths = new ArrayList<>();
        for (int number = 1; number <= 2; number++) {
            Sheet sheet = new Sheet(1340, 1500, 0);
            prose(sheet, text("report-" + number), face, EM, 170, 200, 1000, LEADING);
            pages.add(bilevel(scan(sheet, 6 + number, EM, true, 0.2)));
            truths.add(sheet.truth());
        }
        tiff(folder.resolve("two-page-report.tif"), pages);
        truth("two-page-report.tif", String.join("\n\f\n", truths));
    }

    private void blank() throws IOException {
        Sheet sheet = new Sheet(1340, 1900, 0);
        sheet.edge(1316, 0, 24, 1900);
        save("blank-page.png", sheet, scan(sheet, 9, EM, true, 0.25));
    }

    private static double prose(
            Sheet sheet,
            List<String> paragraphs,
            Face face,
            double em,
            double x,
            double y,
            double width,
            double leading) {
        return sheet.draw(sheet.rows(paragraphs, face, em, width), face, em, x, y, width, leading);
    }

    private static GrayImage scan(Sheet sheet, long seed, double em, boolean bilevel, double wear) {
        return sheet.scan().page(new SplittableRandom(seed), em, bilevel, wear);
    }

    private Face face(String family, Group group) {
        return fonts.faces(true).stream()
                .filter(face -> face.family().equals(family) && face.group() == group)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("fonts: held-out face " + family + " " + group
                        + " expected, install the packages of fonts.tsv"));
    }

    private static List<String> text(String name) throws IOException {
        try (InputStream file = PageDrawer.class.getResourceAsStream("pages/" + name + ".txt")) {
            if (file == null) {
                throw new FileNotFoundException("resource pages/" + name + ".txt beside " + PageDrawer.class.getName());
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    private void save(String name, Sheet sheet, GrayImage scanned) throws IOException {
        boolean jpeg = name.endsWith(".jpg");
        BufferedImage image = jpeg ? scanned.toBufferedImage() : bilevel(scanned);
        if (!ImageIO.write(image, jpeg ? "jpg" : "png", folder.resolve(name).toFile())) {
            throw new IOException(name + ": a writer of this format expected, none found");
        }
        truth(name, sheet.truth());
    }

    private void truth(String name, String text) throws IOException {
        String base = name.substring(0, name.lastIndexOf('.'));
        Files.writeString(folder.resolve(base + ".txt"), text.isEmpty() ? "" : text + "\n");
        index.add(name);
    }

    static BufferedImage bilevel(GrayImage gray) {
        BufferedImage image = new BufferedImage(gray.width(), gray.height(), BufferedImage.TYPE_BYTE_BINARY);
        for (int y = 0; y < gray.height(); y++) {
            for (int x = 0; x < gray.width(); x++) {
                image.getRaster().setSample(x, y, 0, gray.at(x, y) < 128 ? 0 : 1);
            }
        }
        return image;
    }

    private static void tiff(Path file, List<BufferedImage> pages) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        Files.deleteIfExists(file);
        try (ImageOutputStream output = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(output);
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionType("CCITT T.6");
            writer.prepareWriteSequence(null);
            for (BufferedImage page : pages) {
                writer.writeToSequence(new IIOImage(page, null, null), parameters);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
    }
}
