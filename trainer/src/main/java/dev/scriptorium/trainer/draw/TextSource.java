package dev.scriptorium.trainer.draw;

import dev.scriptorium.trainer.draw.TextLine.Kind;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Random lines of text: half running prose, then random words, figures and signs, headings, and
 * words of other languages. Texts and word lists are resources beside this class; their NOTICE tells
 * where each comes from. Immutable, safe for many threads.
 */
public final class TextSource {
    private static final int ATTEMPTS = 30;
    private static final String LETTERS_WITH_MARKS = Alphabet.CHARACTERS
            .chars()
            .filter(c -> c > 127 && Character.isLetter(c) && "ſẞ".indexOf(c) < 0)
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    private static final String SIGNS = Alphabet.CHARACTERS
            .chars()
            .filter(c -> c != ' ' && !Character.isLetterOrDigit(c) && "\u0364⸗".indexOf(c) < 0)
            .mapToObj(Character::toString)
            .collect(Collectors.joining());

    private final String prose;
    private final List<String> english;
    private final List<String> german;
    private final List<String> french;
    private final String vietnamese;
    private final String vietnameseHeldOut;
    private final WordChain germanLike;
    private final WordChain frenchLike;
    private final Figures figures;
    private final Register register;

    public TextSource() {
        Predicate<String> ours = Alphabet::covers;
        prose = lines("prose-en.txt.gz").filter(ours).collect(Collectors.joining("\n", "", "\n"));
        english = lines("words-en.txt.gz").filter(ours).toList();
        german = words("words-de.txt");
        french = words("words-fr.txt");
        vietnamese = lines("prose-vi.txt").collect(Collectors.joining(" "));
        vietnameseHeldOut = lines("prose-vi-held-out.txt").collect(Collectors.joining(" "));
        germanLike = new WordChain(german);
        frenchLike = new WordChain(french);
        figures = new Figures(english);
        register = new Register(english);
    }

    private static List<String> words(String resource) {
        return lines(resource)
                .flatMap(line -> List.of(line.split(" ", -1)).stream())
                .filter(Alphabet::covers)
                .toList();
    }

    private static Stream<String> lines(String resource) {
        try (InputStream file = TextSource.class.getResourceAsStream(resource)) {
            if (file == null) {
                throw new FileNotFoundException("resource " + resource + " beside " + TextSource.class.getName());
            }
            InputStream plain = resource.endsWith(".gz") ? new GZIPInputStream(file) : file;
            return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8)).lines().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All running text, a paragraph a line. */
    String prose() {
        return prose;
    }

    /**
     * One line.
     *
     * @param minChars at least this many characters, 1 or more
     * @param maxChars at most this many
     * @param subject what it is about
     * @param heldOut whether running Vietnamese, of which there is little, comes from the part that is kept from
     *     training
     */
    public TextLine next(SplittableRandom random, int minChars, int maxChars, Subject subject, boolean heldOut) {
        if (minChars < 1 || maxChars < minChars) {
            throw new IllegalArgumentException(
                    "line length: 1 <= min <= max expected, " + minChars + ".." + maxChars + " found");
        }
        int target = random.nextInt(minChars, maxChars + 1);
        Kind kind = subject.kind(kind(random.nextInt(1000), target));
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String raw =
                    switch (kind) {
                        case PROSE -> typeset(random, prose(random, target));
                        case WORDS -> random.nextInt(5) < 2 ? register.next(random, target) : words(random, target);
                        case FIGURES -> figures.next(random, target);
                        case HEADING -> heading(random, target);
                        case FOREIGN -> foreign(random, target, subject.language(random), heldOut);
                    };
            String text = fit(raw, minChars, maxChars);
            if (text.length() >= minChars && Alphabet.covers(text)) {
                return new TextLine(text, kind);
            }
        }
        return new TextLine(fit(words(random, maxChars), 1, maxChars), Kind.WORDS);
    }

    private static Kind kind(int perMille, int length) {
        if (length < 8) {
            // Short lines of books are rare; of forms and receipts they are the rule.
            return perMille < 400
                    ? Kind.WORDS
                    : perMille < 800 ? Kind.FIGURES : perMille < 920 ? Kind.HEADING : Kind.FOREIGN;
        }
        return perMille < 350
                ? Kind.PROSE
                : perMille < 560
                        ? Kind.WORDS
                        : perMille < 780 ? Kind.FIGURES : perMille < 820 ? Kind.HEADING : Kind.FOREIGN;
    }

    /** Cuts at a space where that leaves enough, else anywhere; never leaves a space at an end. */
    private static String fit(String raw, int minChars, int maxChars) {
        String text = raw.strip();
        if (text.length() <= maxChars) {
            return text;
        }
        int space = text.lastIndexOf(' ', maxChars);
        return text.substring(0, space >= minChars ? space : maxChars).strip();
    }

    private String prose(SplittableRandom random, int target) {
        int from = prose.indexOf(' ', random.nextInt(prose.length() - 4096)) + 1;
        int end = prose.indexOf('\n', from);
        if (end - from < target && random.nextInt(4) != 0) {
            // Not too many last lines of paragraphs: go on with the next one from its first word.
            from = end + 1;
            end = prose.indexOf('\n', from);
        }
        if (end < 0 || end - from <= target) {
            return prose.substring(from, end < 0 ? prose.length() : end);
        }
        int cut = from + target;
        boolean insideWord = Character.isLetter(prose.charAt(cut - 1)) && Character.isLetter(prose.charAt(cut));
        if (insideWord && random.nextInt(6) == 0 && target > 12) {
            int start = prose.lastIndexOf(' ', cut) + 1;
            if (cut - start >= 3) {
                return prose.substring(from, cut - 1) + "-";
            }
        }
        int space = prose.lastIndexOf(' ', cut);
        return prose.substring(from, space > from ? space : cut);
    }

    /** Typewriter quotes and dashes become those of a printer, most of the time. */
    private static String typeset(SplittableRandom random, String text) {
        String dash =
                switch (random.nextInt(12)) {
                    case 0 -> "--";
                    case 1 -> "–";
                    default -> "—";
                };
        String dashed = text.replace("--", dash).replace("  ", " ");
        return random.nextInt(10) < 6
                ? curl(dashed)
                : dashed.replace('“', '"').replace('”', '"').replace('‘', '\'').replace('’', '\'');
    }

    private static String curl(String text) {
        StringBuilder curled = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean opens = i == 0 || " (—–-“\"[".indexOf(text.charAt(i - 1)) >= 0;
            if (c == '"') {
                curled.setCharAt(i, opens && i + 1 < text.length() ? '“' : '”');
            } else if (c == '\'') {
                curled.setCharAt(i, opens && i + 1 < text.length() ? '‘' : '’');
            }
        }
        return curled.toString();
    }

    private String words(SplittableRandom random, int target) {
        boolean curly = random.nextBoolean();
        StringBuilder line = new StringBuilder();
        while (line.length() < target) {
            append(random, line, english.get(random.nextInt(english.size())), curly);
        }
        return line.toString();
    }

    private static void append(SplittableRandom random, StringBuilder line, String word, boolean curly) {
        String styled =
                switch (random.nextInt(12)) {
                    case 0, 1 -> Figures.capitalized(word);
                    case 2 -> word.toUpperCase(Locale.ROOT);
                    case 3 -> word + (curly ? "’s" : "'s");
                    default -> word;
                };
        String apostrophe = curly ? styled.replace('\'', '’') : styled;
        if (!line.isEmpty()) {
            line.append(random.nextInt(25) == 0 ? "-" : " ");
        }
        line.append(
                switch (random.nextInt(44)) {
                    case 0, 1, 2, 3 -> apostrophe + ",";
                    case 4, 5, 6 -> apostrophe + ".";
                    case 7, 8 -> apostrophe + ";";
                    case 9 -> apostrophe + ":";
                    case 10 -> apostrophe + "!";
                    case 11 -> apostrophe + "?";
                    case 12 -> "(" + apostrophe + ")";
                    case 13 -> "[" + apostrophe + "]";
                    case 14 -> curly ? "“" + apostrophe + "”" : "\"" + apostrophe + "\"";
                    case 15 -> curly ? "‘" + apostrophe + "’" : "'" + apostrophe + "'";
                    case 16 -> apostrophe + (curly ? ",”" : ",\"");
                    case 17 -> apostrophe + (curly ? ".”" : ".\"");
                    case 18 -> apostrophe + (curly ? "—" : "--");
                    case 19 -> apostrophe + " " + random.nextInt(1, 2000);
                    case 20 -> SIGNS.charAt(random.nextInt(SIGNS.length())) + apostrophe;
                    default -> apostrophe;
                });
    }

    private String heading(SplittableRandom random, int target) {
        String numeral = Figures.roman(random.nextInt(1, 60));
        return switch (random.nextInt(8)) {
            case 0 -> fill(random, "CHAPTER " + numeral + ".", target, true);
            case 1 -> fill(random, numeral + ".", target, true);
            case 2 -> random.nextInt(1, 500) + " " + fill(random, "THE", target - 4, true);
            case 3 -> fill(random, Integer.toString(random.nextInt(1, 60)) + ".", target, false);
            case 4 -> fill(random, "", target, false);
            default -> fill(random, "", target, true);
        };
    }

    private String fill(SplittableRandom random, String start, int target, boolean capitals) {
        StringBuilder line = new StringBuilder(start);
        while (line.length() < target) {
            String word = english.get(random.nextInt(english.size()));
            line.append(line.isEmpty() ? "" : " ");
            line.append(capitals ? word.toUpperCase(Locale.ROOT) : Figures.capitalized(word));
        }
        if (random.nextInt(4) == 0) {
            line.append(random.nextBoolean() ? "." : ",");
        }
        return line.toString();
    }

    private String foreign(SplittableRandom random, int target, Subject language, boolean heldOut) {
        if (language == Subject.VIETNAMESE && random.nextBoolean()) {
            return vietnamese(random, target, heldOut ? vietnameseHeldOut : vietnamese);
        }
        StringBuilder line = new StringBuilder();
        while (line.length() < target) {
            String word = foreignWord(random, language);
            line.append(line.isEmpty() ? "" : " ");
            int style = random.nextInt(10);
            line.append(style == 0 ? word.toUpperCase(Locale.ROOT) : style < 3 ? Figures.capitalized(word) : word);
            line.append(
                    switch (random.nextInt(24)) {
                        case 0, 1 -> ",";
                        case 2, 3 -> ".";
                        case 4 -> language == Subject.FRENCH && random.nextBoolean() ? " ;" : ";";
                        case 5 -> "!";
                        default -> "";
                    });
        }
        String text = line.toString();
        if (random.nextInt(8) == 0) {
            return language == Subject.GERMAN ? "„" + text + "“" : "« " + text + " »";
        }
        return random.nextBoolean() ? text.replace('\'', '’') : text;
    }

    /** Some words of running text; one line in twelve in capitals. */
    private static String vietnamese(SplittableRandom random, int target, String text) {
        int from = text.indexOf(' ', random.nextInt(text.length() - target - 16)) + 1;
        int to = text.lastIndexOf(' ', Math.min(text.length() - 1, from + target));
        String words = text.substring(from, to > from ? to : from + target);
        return random.nextInt(12) == 0 ? words.toUpperCase(Locale.ROOT) : words;
    }

    private String foreignWord(SplittableRandom random, Subject language) {
        return switch (language) {
            case VIETNAMESE -> VietnameseSyllables.next(random);
            case GERMAN -> random.nextBoolean() ? germanLike.next(random) : any(random, german);
            case FRENCH -> random.nextBoolean() ? frenchLike.next(random) : any(random, french);
            case MIXED, ENGLISH, RECEIPTS -> marked(random, any(random, english));
        };
    }

    private static String any(SplittableRandom random, List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    private static String marked(SplittableRandom random, String word) {
        StringBuilder marked = new StringBuilder(word);
        for (int n = random.nextInt(1, 4); n > 0; n--) {
            char letter = LETTERS_WITH_MARKS.charAt(random.nextInt(LETTERS_WITH_MARKS.length()));
            marked.setCharAt(random.nextInt(marked.length()), letter);
        }
        return marked.toString();
    }
}
