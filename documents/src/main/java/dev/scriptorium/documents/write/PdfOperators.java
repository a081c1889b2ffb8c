package dev.scriptorium.documents.write;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.pdfbox.cos.COSName;

/**
 * A page's content, operator by operator: PDFBox's own writer wants to know a font's glyphs, of which an invisible one has
 * none.
 *
 * @see <a href="https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf">ISO 32000-1, annex A</a>
 */
final class PdfOperators {
    private static final int INVISIBLE = 3;

    private final StringBuilder operators = new StringBuilder();

    void save() {
        operators.append("q\n");
    }

    void restore() {
        operators.append("Q\n");
    }

    /** From here on, coordinates go through a matrix of six numbers. */
    void transform(double[] matrix) {
        numbers(matrix).append("cm\n");
    }

    /** An image, its unit square placed by a matrix of six numbers. */
    void image(COSName name, double[] matrix) {
        save();
        transform(matrix);
        operators.append('/').append(name.getName()).append(" Do\n");
        restore();
    }

    /** From here on there is text that nobody sees. */
    void beginText() {
        operators.append("BT\n").append(INVISIBLE).append(" Tr\n");
    }

    void endText() {
        operators.append("ET\n");
    }

    /**
     * A piece of text.
     *
     * @param size of the font, points
     * @param stretch of its width, 1 for none
     * @param x where it begins, points
     * @param y its baseline, points
     * @param codes hexadecimal
     */
    void text(COSName font, double size, double stretch, double x, double y, String codes) {
        operators.append('/').append(font.getName()).append(' ');
        numbers(size).append("Tf ");
        numbers(100 * stretch).append("Tz ");
        numbers(1, 0, 0, 1, x, y).append("Tm <").append(codes).append("> Tj\n");
    }

    private StringBuilder numbers(double... values) {
        for (double value : values) {
            operators.append(String.format(Locale.ROOT, "%.3f", value)).append(' ');
        }
        return operators;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(operators.toString().getBytes(StandardCharsets.US_ASCII));
    }
}
