package dev.scriptorium.ingest;

/**
 * What is refused before anything is decoded.
 *
 * @param maxPageBytes largest encoded page
 * @param maxPixels most pixels of one page, according to its header
 * @param maxPages most pages of one document
 */
public record ImageLimits(int maxPageBytes, long maxPixels, int maxPages) {

    void checkPixels(String name, long width, long height) throws RefusedException {
        // Both are below 2^31, so the product fits.
        if (width * height > maxPixels) {
            throw new RefusedException(
                    Refusal.OVERSIZE,
                    name + ": at most " + maxPixels + " pixels expected, " + width + " x " + height + " found");
        }
    }

    void checkBytes(String name, long bytes) throws RefusedException {
        if (bytes > maxPageBytes) {
            throw new RefusedException(
                    Refusal.OVERSIZE,
                    name + ": a page of at most " + maxPageBytes + " bytes expected, " + bytes + " found");
        }
    }
}
