package dev.scriptorium.documents.write;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSInteger;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * A font for text that is found and copied and never seen, in every script there is. All characters are one empty glyph,
 * half as wide as it is high; a table (ToUnicode) says which character each code stands for. Codes are given in the order
 * in which characters come up, so that characters beyond the first plane have one too.
 *
 * @see <a href="https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf">ISO 32000-1, 9.7 and
 *     9.10.3</a>
 */
final class InvisibleFont {
    /** Lowest point of the glyph, in heights of the font above the baseline. */
    static final double DESCENT = EmptyGlyphFile.DESCENT / (double) EmptyGlyphFile.UNITS;

    private static final String NAME = "AAAAAA+Invisible";
    private static final int SYMBOLIC = 4;
    private static final int LAST_CODE = 0xFFFF;
    private static final int REPLACEMENT = 0xFFFD;
    private static final int DIGITS_PER_CODE = 4;
    private static final int MAPPINGS_PER_BLOCK = 100;

    private final PDDocument pdf;
    private final COSDictionary font = new COSDictionary();

    /** Character to code, in the order of codes, which begins with 1. */
    private final Map<Integer, Integer> codes = new LinkedHashMap<>();

    InvisibleFont(PDDocument pdf) {
        this.pdf = pdf;
        code(REPLACEMENT);
    }

    /** What a page's resources refer to. */
    COSDictionary dictionary() {
        return font;
    }

    /** The codes of a text, in hexadecimal. */
    String encode(String text) {
        StringBuilder hex = new StringBuilder();
        text.codePoints().forEach(character -> hex.append(String.format("%04X", code(character))));
        return hex.toString();
    }

    private int code(int character) {
        Integer known = codes.get(character);
        if (known != null) {
            return known;
        }
        if (codes.size() == LAST_CODE) {
            return codes.get(REPLACEMENT);
        }
        codes.put(character, codes.size() + 1);
        return codes.size();
    }

    /** Width of an encoded text by the font's height. */
    static double width(String hex) {
        return (double) hex.length() / DIGITS_PER_CODE * EmptyGlyphFile.ADVANCE / EmptyGlyphFile.UNITS;
    }

    /** Writes the font, once it is known which characters there are. */
    void finish() throws IOException {
        COSDictionary descriptor = new COSDictionary();
        descriptor.setItem(COSName.TYPE, COSName.FONT_DESC);
        descriptor.setName(COSName.FONT_NAME, NAME);
        descriptor.setInt(COSName.FLAGS, SYMBOLIC);
        descriptor.setItem(
                COSName.FONT_BBOX, integers(0, EmptyGlyphFile.DESCENT, EmptyGlyphFile.ADVANCE, EmptyGlyphFile.ASCENT));
        descriptor.setInt(COSName.ITALIC_ANGLE, 0);
        descriptor.setInt(COSName.ASCENT, EmptyGlyphFile.ASCENT);
        descriptor.setInt(COSName.DESCENT, EmptyGlyphFile.DESCENT);
        descriptor.setInt(COSName.CAP_HEIGHT, EmptyGlyphFile.ASCENT);
        descriptor.setInt(COSName.STEM_V, 80);
        COSStream file = stream(EmptyGlyphFile.bytes());
        file.setInt(COSName.LENGTH1, EmptyGlyphFile.bytes().length);
        descriptor.setItem(COSName.FONT_FILE2, file);

        COSDictionary system = new COSDictionary();
        system.setString(COSName.REGISTRY, "Adobe");
        system.setString(COSName.ORDERING, "Identity");
        system.setInt(COSName.SUPPLEMENT, 0);

        COSDictionary descendant = new COSDictionary();
        descendant.setItem(COSName.TYPE, COSName.FONT);
        descendant.setItem(COSName.SUBTYPE, COSName.CID_FONT_TYPE2);
        descendant.setName(COSName.BASE_FONT, NAME);
        descendant.setItem(COSName.CIDSYSTEMINFO, system);
        descendant.setItem(COSName.FONT_DESC, descriptor);
        descendant.setInt(COSName.DW, EmptyGlyphFile.ADVANCE);
        descendant.setItem(COSName.CID_TO_GID_MAP, stream(glyphs()));

        COSArray descendants = new COSArray();
        descendants.add(descendant);
        font.setItem(COSName.TYPE, COSName.FONT);
        font.setItem(COSName.SUBTYPE, COSName.TYPE0);
        font.setName(COSName.BASE_FONT, NAME);
        font.setItem(COSName.ENCODING, COSName.IDENTITY_H);
        font.setItem(COSName.DESCENDANT_FONTS, descendants);
        font.setItem(COSName.TO_UNICODE, stream(toUnicode().getBytes(StandardCharsets.US_ASCII)));
    }

    /** Every code is the same glyph; code 0 is none. */
    private byte[] glyphs() {
        ByteBuffer glyphs = ByteBuffer.allocate(2 * (codes.size() + 1));
        for (int code = 1; code <= codes.size(); code++) {
            glyphs.putShort(2 * code, (short) EmptyGlyphFile.GLYPH);
        }
        return glyphs.array();
    }

    private String toUnicode() {
        StringBuilder map = new StringBuilder("""
                /CIDInit /ProcSet findresource begin
                12 dict begin
                begincmap
                /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
                /CMapName /Adobe-Identity-UCS def
                /CMapType 2 def
                1 begincodespacerange
                <0000> <FFFF>
                endcodespacerange
                """);
        List<Integer> characters = new ArrayList<>(codes.keySet());
        for (int from = 0; from < characters.size(); from += MAPPINGS_PER_BLOCK) {
            int to = Math.min(from + MAPPINGS_PER_BLOCK, characters.size());
            map.append(to - from).append(" beginbfchar\n");
            for (int i = from; i < to; i++) {
                map.append(String.format("<%04X> <", i + 1));
                for (char unit : Character.toChars(characters.get(i))) {
                    map.append(String.format("%04X", (int) unit));
                }
                map.append(">\n");
            }
            map.append("endbfchar\n");
        }
        return map + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
    }

    private COSStream stream(byte[] bytes) throws IOException {
        COSStream stream = pdf.getDocument().createCOSStream();
        try (OutputStream out = stream.createOutputStream(COSName.FLATE_DECODE)) {
            out.write(bytes);
        }
        return stream;
    }

    private static COSArray integers(int... values) {
        COSArray array = new COSArray();
        for (int value : values) {
            array.add(COSInteger.get(value));
        }
        return array;
    }
}
