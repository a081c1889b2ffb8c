package dev.scriptorium.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** Kinds of document that are taken in, told by their first bytes; what the file is called does not matter. */
public enum ImageType {
    PNG("image/png", "89504e470d0a1a0a"),
    JPEG("image/jpeg", "ffd8ff"),
    TIFF("image/tiff", "(49492[ab]00|4d4d002[ab])"),
    GIF("image/gif", "47494638(37|39)61"),
    BMP("image/bmp", "424d.{48}"),
    WEBP("image/webp", "52494646.{8}57454250"),
    JPEG2000("image/jp2", "(0000000c6a502020|ff4fff51)"),
    /** Readers find the header anywhere in the first bytes; some programs write their own before it. */
    PDF("application/pdf", "(..)*255044462d");

    /** As many first bytes as {@link #of} and {@link #describe} look at. */
    static final int PREFIX_BYTES = 1024;

    /** What {@link #describe} calls a note or a table. */
    static final String TEXT = "text";

    private final String mediaType;
    /** First bytes as hexadecimal digits. */
    private final String magic;

    ImageType(String mediaType, String magic) {
        this.mediaType = mediaType;
        this.magic = magic;
    }

    /** Its media type. */
    public String mediaType() {
        return mediaType;
    }

    /** True if a document of this kind may have more than one page. */
    public boolean hasPages() {
        return this == TIFF || this == PDF;
    }

    /** The kind that a file's first bytes say it is. */
    static Optional<ImageType> of(byte[] prefix) {
        String hex = HexFormat.of().formatHex(prefix);
        return Arrays.stream(values())
                .filter(type -> hex.matches(type.magic + ".*"))
                .findFirst();
    }

    /** What a file is that is none of these, for people; its text is not repeated. */
    static String describe(byte[] prefix) {
        if (isHeif(prefix)) {
            return "HEIC, AVIF or a video";
        }
        boolean text = true;
        for (byte b : prefix) {
            text &= b < 0 || b >= ' ' || b == '\n' || b == '\r' || b == '\t';
        }
        return text ? TEXT : "bytes " + HexFormat.of().formatHex(prefix, 0, Math.min(8, prefix.length));
    }

    /** True for a document whose kind is known and not read here, so that nobody looks for a broken file. */
    static boolean isForeignDocument(byte[] prefix) {
        return isHeif(prefix);
    }

    private static boolean isHeif(byte[] prefix) {
        return ascii(prefix, 4, 4).equals("ftyp");
    }

    private static String ascii(byte[] bytes, int from, int length) {
        return from + length > bytes.length ? "" : new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
}
