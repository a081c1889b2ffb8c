package dev.scriptorium.ingest;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;

/** Turns a picture as its orientation tag asks, because a page written anew as PNG has no such tag. */
final class Orientation {
    private Orientation() {}

    /**
     * Moves the pixels as they are, of whatever type: Java's own operations refuse some that scanners make.
     *
     * @param tag 1 to 8 as TIFF and EXIF count: 1 upright, 3 upside down, 6 to be turned clockwise, 8 the other way,
     *     the others mirrored
     */
    static BufferedImage upright(BufferedImage image, int tag) {
        if (tag == 1) {
            return image;
        }
        int right = image.getWidth() - 1;
        int bottom = image.getHeight() - 1;
        boolean sideways = tag >= 5;
        Raster from = image.getRaster();
        WritableRaster to = from.createCompatibleWritableRaster(
                sideways ? bottom + 1 : right + 1, sideways ? right + 1 : bottom + 1);
        Object pixel = null;
        for (int y = 0; y <= bottom; y++) {
            for (int x = 0; x <= right; x++) {
                pixel = from.getDataElements(x, y, pixel);
                switch (tag) {
                    case 2 -> to.setDataElements(right - x, y, pixel);
                    case 3 -> to.setDataElements(right - x, bottom - y, pixel);
                    case 4 -> to.setDataElements(x, bottom - y, pixel);
                    case 5 -> to.setDataElements(y, x, pixel);
                    case 6 -> to.setDataElements(bottom - y, x, pixel);
                    case 7 -> to.setDataElements(bottom - y, right - x, pixel);
                    case 8 -> to.setDataElements(y, right - x, pixel);
                    default -> throw new IllegalArgumentException("orientation: 1 to 8 expected, " + tag + " found");
                }
            }
        }
        return new BufferedImage(image.getColorModel(), to, image.isAlphaPremultiplied(), null);
    }
}
