package dev.scriptorium.trainer.service;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Lines of digits and a sign that no font has, which its people write as {@code @}: something that the bundled model
 * cannot know, that is learned in seconds, and whose knowledge harms nothing else.
 */
final class SignLines {
    private static final int CELL = 26;
    private static final int HEIGHT = 48;
    private static final int LENGTH = 8;

    private SignLines() {}

    /** What a line says. */
    static String text(long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, LENGTH)
                .mapToObj(i -> random.nextBoolean() ? "@" : Integer.toString(random.nextInt(10)))
                .collect(Collectors.joining());
    }

    /** What nobody would read there. */
    static String nonsense(long seed) {
        return new Random(~seed)
                .ints(LENGTH, 'a', 'z' + 1)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    /** A line as PNG. */
    static byte[] png(String text) {
        BufferedImage image = new BufferedImage(CELL * (text.length() + 1), HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = image.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, image.getWidth(), HEIGHT);
        pen.setColor(Color.BLACK);
        pen.setFont(new Font(Font.SERIF, Font.PLAIN, 36));
        for (int i = 0; i < text.length(); i++) {
            int x = CELL / 2 + i * CELL;
            if (text.charAt(i) == '@') {
                int middle = x + CELL / 2;
                pen.fillPolygon(new int[] {middle, middle + 11, middle, middle - 11}, new int[] {12, 25, 38, 25}, 4);
            } else {
                pen.drawString(text.substring(i, i + 1), x + 4, 38);
            }
        }
        pen.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
