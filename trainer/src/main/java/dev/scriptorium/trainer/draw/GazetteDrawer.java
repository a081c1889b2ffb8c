package dev.scriptorium.trainer.draw;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Font;
import java.awt.FontFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/**
 * Draws the notices of a gazette in blackletter: the demo's new domain, which the bundled model has not been taught. Texts
 * are those of {@link TextSource}, the typeface is given: Blankenburg (OFL 1.1, Debian's fonts-blankenburg) for the
 * committed ones. The same typeface gives the same pages. Run {@link #main} with the font's file and the folder to write to.
 */
public final class GazetteDrawer {
    private static final int NOTICES = 96;
    private static final int ROWS = 5;
    private static final int CHARACTERS = 230;
    private static final int WIDTH = 820;
    private static final int MARGIN = 60;
    private static final double EM = 44;
    private static final double LEADING = 58;

    private GazetteDrawer() {}

    /** Writes {@code gazette-notice-01.png} ... and {@code truth.json}, which has the text of each. */
    public static void main(String[] arguments) throws IOException, FontFormatException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException(
                    "a font's file and the folder to write to expected, " + arguments.length + " arguments found");
        }
        Font font = Font.createFont(Font.TRUETYPE_FONT, Path.of(arguments[0]).toFile());
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        TreeMap<String, String> truths = new TreeMap<>();
        for (int number = 1; number <= NOTICES; number++) {
            String name = String.format("gazette-notice-%02d.png", number);
            Sheet sheet = notice(new SplittableRandom(number), font);
            ImageIO.write(
                    PageDrawer.bilevel(sheet.scan().page(new SplittableRandom(-number), EM, true, 0.3)),
                    "png",
                    folder.resolve(name).toFile());
            truths.put(name, sheet.truth());
        }
        Files.writeString(
                folder.resolve("truth.json"),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(truths) + "\n");
    }

    private static Sheet notice(SplittableRandom random, Font font) {
        String prose = new TextSource().prose();
        List<Sheet.Row> rows = new ArrayList<>();
        while (rows.size() < ROWS) {
            int from = prose.indexOf(". ", random.nextInt(prose.length() - 4096)) + 2;
            String text = prose.substring(from, prose.indexOf(' ', from + CHARACTERS));
            if (font.canDisplayUpTo(text) < 0 && text.indexOf('\n') < 0) {
                rows = Sheet.rows(List.of(text), font, EM, WIDTH - 2 * MARGIN);
            }
        }
        Sheet sheet = new Sheet(WIDTH, (int) (2 * MARGIN + ROWS * LEADING), random.nextDouble(-0.3, 0.3));
        sheet.draw(rows.subList(0, ROWS), font, EM, MARGIN, MARGIN + EM, WIDTH - 2 * MARGIN, LEADING);
        return sheet;
    }
}
