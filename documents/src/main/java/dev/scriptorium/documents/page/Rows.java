package dev.scriptorium.documents.page;

import java.util.ArrayList;
import java.util.List;

/**
 * Breaks lines of text into rows that fill a rectangle, and says where each word stands. A rectangle with one line of
 * text of a fitting length has one row; a paragraph that the model wrote as one line has as many as make its characters
 * about as wide as characters are.
 */
final class Rows {
    /** Width of a character by the height of its row: print of many languages, blanks included. */
    private static final double CHARACTER_SHAPE = 0.42;

    private final List<List<Box>> boxes = new ArrayList<>();

    /**
     * @param box what is filled
     * @param lines their words; each line begins a row
     * @param broken false if each line is one row, whatever its length
     * @param maxHeight of a row; the rectangle is filled from above
     */
    Rows(Box box, List<List<String>> lines, boolean broken, int maxHeight) {
        int perRow = broken ? charactersPerRow(box, lines, maxHeight) : Integer.MAX_VALUE;
        List<Integer> rowOfWord = new ArrayList<>();
        int rows = 0;
        for (List<String> words : lines) {
            int filled = 0;
            rows++;
            for (String word : words) {
                int length = length(word);
                if (filled > 0 && filled + length > perRow) {
                    rows++;
                    filled = 0;
                }
                filled += length + 1;
                rowOfWord.add(rows - 1);
            }
        }
        int height = (int) Math.min(box.height(), (long) rows * maxHeight);
        place(new Box(box.x0(), box.y0(), box.x1(), box.y0() + height), lines, rowOfWord, rows);
    }

    /** Where a word stands. */
    Box word(int line, int word) {
        return boxes.get(line).get(word);
    }

    /** The row length with which the text, broken so, has the rectangle's shape; for one word a row is enough. */
    private static int charactersPerRow(Box box, List<List<String>> lines, int maxHeight) {
        int characters = lines.stream()
                .mapToInt(words ->
                        words.stream().mapToInt(word -> length(word) + 1).sum())
                .sum();
        int longest = lines.stream()
                .mapToInt(words ->
                        words.stream().mapToInt(word -> length(word) + 1).sum() - 1)
                .max()
                .orElse(1);
        if (box.width() == 0 || box.height() == 0) {
            return longest;
        }
        // rows x (width / perRow) / (height / rows) = shape, and rows = characters / perRow
        double rows = Math.sqrt(CHARACTER_SHAPE * characters * box.height() / box.width());
        if (rows <= Math.max(1.5, lines.size())) {
            return longest;
        }
        double highest = box.width() / (CHARACTER_SHAPE * maxHeight);
        return (int) Math.ceil(Math.max(1, Math.max(highest, characters / rows)));
    }

    private void place(Box box, List<List<String>> lines, List<Integer> rowOfWord, int rows) {
        int[] rowLength = new int[rows];
        int at = 0;
        for (List<String> words : lines) {
            for (String word : words) {
                rowLength[rowOfWord.get(at++)] += length(word) + 1;
            }
        }
        int widest = 1;
        for (int length : rowLength) {
            widest = Math.max(widest, length - 1);
        }
        at = 0;
        int row = -1;
        int column = 0;
        for (List<String> words : lines) {
            List<Box> placed = new ArrayList<>();
            for (String word : words) {
                if (rowOfWord.get(at) != row) {
                    row = rowOfWord.get(at);
                    column = 0;
                }
                at++;
                int end = column + length(word);
                placed.add(new Box(
                        box.x0() + share(box.width(), column, widest),
                        box.y0() + share(box.height(), row, rows),
                        box.x0() + share(box.width(), end, widest),
                        box.y0() + share(box.height(), row + 1, rows)));
                column = end + 1;
            }
            boxes.add(placed);
        }
    }

    private static int share(int size, int part, int parts) {
        return (int) ((long) size * part / parts);
    }

    /** Marks above and below a character take no place of their own. */
    private static int length(String word) {
        int length = (int) word.codePoints()
                .filter(character -> Character.getType(character) != Character.NON_SPACING_MARK)
                .count();
        return Math.max(1, length);
    }
}
