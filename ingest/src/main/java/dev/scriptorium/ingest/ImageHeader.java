package dev.scriptorium.ingest;

/**
 * What a picture says of itself before anything is decoded.
 *
 * @param width pixels, as stored
 * @param height pixels, as stored
 * @param dpi dots per inch; 0 if unknown
 * @param plain true when every reader of its format can decode it, so that its bytes may travel as they are
 */
record ImageHeader(int width, int height, int dpi, boolean plain) {

    /** Dots per inch from dots per metre. */
    static int dpiOfMetre(long dotsPerMetre) {
        return (int) Math.min(100_000, Math.round(dotsPerMetre * 0.0254));
    }
}
