package dev.scriptorium.documents.page;

/**
 * Characters that break files. What XML 1.0 forbids, control characters and halves of surrogate pairs among them, and what
 * Unicode says is no character, is replaced by U+FFFD, so that it is seen that something was there; ends of lines become LF.
 *
 * @see <a href="https://www.w3.org/TR/xml/#charsets">XML 1.0, section 2.2</a>
 */
final class Characters {
    private static final int REPLACEMENT = 0xFFFD;

    private Characters() {}

    static String clean(String text) {
        String lines =
                text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
        if (lines.codePoints().allMatch(Characters::allowed)) {
            return lines;
        }
        StringBuilder clean = new StringBuilder(lines.length());
        lines.codePoints().forEach(character -> clean.appendCodePoint(allowed(character) ? character : REPLACEMENT));
        return clean.toString();
    }

    private static boolean allowed(int character) {
        return character == '\n'
                || character == '\t'
                || (character >= 0x20 && character < 0x7F)
                || (character >= 0xA0 && character < 0xD800)
                || (character >= 0xE000 && character < 0xFDD0)
                || (character >= 0xFDF0 && character < 0xFFFE)
                || (character >= 0x10000 && (character & 0xFFFF) < 0xFFFE);
    }
}
