package dev.scriptorium.ingest;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;

/** Finds out whether a picture in colours has any: without, it is a third as large and as fast to write. */
final class Tones {
    private Tones() {}

    /**
     * A gray picture where all pixels are gray, else the same picture.
     *
     * @param image of type {@link BufferedImage#TYPE_INT_RGB}
     */
    static BufferedImage reduce(BufferedImage image) {
        int[] colours = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        for (int colour : colours) {
            int green = colour >> 8 & 0xFF;
            if ((colour & 0xFF) != green || (colour >> 16 & 0xFF) != green) {
                return image;
            }
        }
        BufferedImage gray = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
        byte[] tones = ((DataBufferByte) gray.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < tones.length; i++) {
            tones[i] = (byte) colours[i];
        }
        return gray;
    }
}
