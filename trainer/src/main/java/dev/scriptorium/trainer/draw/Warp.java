package dev.scriptorium.trainer.draw;

/**
 * From a flat sheet of ink to the scanner's grid: scale, stretch, slant, rotation by a small angle,
 * and a gentle wave as pages have near the spine.
 *
 * @param scaleX pixels of the scan a pixel of ink, across
 * @param scaleY the same, down
 * @param shear how far a point moves right for every pixel it lies higher
 * @param rotation angle in radians, small; positive lowers the right end
 * @param wave height of the wave in pixels of the scan
 * @param phase where the wave starts, radians
 */
record Warp(double scaleX, double scaleY, double shear, double rotation, double wave, double phase) {
    private static final double WAVE_PER_PIXEL = 2 * Math.PI / 900;

    /** Cuts out the box of the text with these margins in pixels of the scan. */
    Scan cut(Ink ink, int top, int bottom, int left, int right) {
        // Forward: u = a x + b y, v = c x + d y, about the left end of the text's box.
        double a = scaleX;
        double b = -shear * scaleY - rotation * scaleY;
        double c = rotation * scaleX;
        double d = scaleY;
        double inkWidth = ink.x1 - ink.x0;
        double inkHeight = ink.y1 - ink.y0;
        double minU = Math.min(0, b * inkHeight);
        double maxU = a * inkWidth + Math.max(0, b * inkHeight);
        double minV = Math.min(0, c * inkWidth) - wave;
        double maxV = d * inkHeight + Math.max(0, c * inkWidth) + wave;
        int width = Math.max(1, (int) Math.ceil(maxU - minU)) + left + right;
        int height = Math.max(1, (int) Math.ceil(maxV - minV)) + top + bottom;
        double determinant = a * d - b * c;
        double perU = d / determinant;
        double perV = a / determinant;
        byte[] coverage = new byte[Math.multiplyExact(width, height)];
        for (int column = 0; column < width; column++) {
            double u = column + 0.5 - left + minU;
            double lift = wave * Math.sin(phase + u * WAVE_PER_PIXEL);
            double v = 0.5 - top + minV + lift;
            double x = ink.x0 - 0.5 + u * perU - v * b / determinant;
            double y = ink.y0 - 0.5 + v * perV - u * c / determinant;
            double stepX = -b / determinant;
            for (int row = 0; row < height; row++) {
                coverage[row * width + column] = (byte) sample(ink, x, y);
                x += stepX;
                y += perV;
            }
        }
        return new Scan(coverage, width, height);
    }

    private static int sample(Ink ink, double x, double y) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        if (left < 0 || top < 0 || left + 1 >= ink.width || top + 1 >= ink.height) {
            return 0;
        }
        int at = top * ink.width + left;
        int fractionX = (int) ((x - left) * 256);
        int fractionY = (int) ((y - top) * 256);
        int above = (ink.coverage[at] & 255) * (256 - fractionX) + (ink.coverage[at + 1] & 255) * fractionX;
        int below = (ink.coverage[at + ink.width] & 255) * (256 - fractionX)
                + (ink.coverage[at + ink.width + 1] & 255) * fractionX;
        return (above * (256 - fractionY) + below * fractionY) >> 16;
    }
}
