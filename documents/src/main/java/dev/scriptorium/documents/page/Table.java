package dev.scriptorium.documents.page;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table as the model writes it in HTML. Read with patience: cells and rows that are not closed end
 * where the next one begins, and a table that was cut ends with the text.
 *
 * @param rows cells as they are written; a cell that spans several places stands once
 */
public record Table(List<List<Cell>> rows) {
    /** Spans beyond this are nonsense and count as this. */
    static final int MAX_SPAN = 100;

    /** A table in HTML; group 1 is what it holds. */
    static final Pattern HTML =
            Pattern.compile("<table\\b[^>]*>(.*?)(?:</table\\s*>|\\z)", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private static final Pattern TAG = Pattern.compile("<(/?)(tr|td|th|br)\\b([^>]*)>", Pattern.CASE_INSENSITIVE);
    private static final Pattern SPAN =
            Pattern.compile("\\b(col|row)span\\s*=\\s*[\"']?(\\d{1,9})", Pattern.CASE_INSENSITIVE);
    private static final Pattern ENTITY = Pattern.compile("&(#x[0-9a-fA-F]{1,6}|#\\d{1,7}|[a-z]{2,6});");
    private static final Map<String, String> ENTITIES =
            Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00A0");

    public Table {
        rows = rows.stream().map(List::copyOf).toList();
    }

    /**
     * A cell.
     *
     * @param text without tags, entities replaced; {@code <br>} is a line feed
     * @param header true for {@code <th>}
     * @param columnSpan places it covers to the right, at least 1
     * @param rowSpan places it covers downwards, at least 1
     */
    public record Cell(String text, boolean header, int columnSpan, int rowSpan) {}

    /** All HTML tables in a text, in order; tables without cells are left out. */
    static List<Table> allIn(String text) {
        List<Table> tables = new ArrayList<>();
        Matcher matcher = HTML.matcher(text);
        while (matcher.find()) {
            Table table = new Reader().read(matcher.group(1));
            if (!table.rows().isEmpty()) {
                tables.add(table);
            }
        }
        return tables;
    }

    /** The texts by row and column, all rows of one length; a cell that spans places stands in each of them. */
    public List<List<String>> grid() {
        Map<Integer, Map<Integer, String>> filled = new HashMap<>();
        int columns = 0;
        for (int row = 0; row < rows.size(); row++) {
            int column = 0;
            for (Cell cell : rows.get(row)) {
                while (filled.getOrDefault(row, Map.of()).containsKey(column)) {
                    column++;
                }
                int below = Math.min(row + cell.rowSpan(), rows.size());
                for (int y = row; y < below; y++) {
                    for (int x = column; x < column + cell.columnSpan(); x++) {
                        filled.computeIfAbsent(y, unseen -> new HashMap<>()).putIfAbsent(x, cell.text());
                    }
                }
                column += cell.columnSpan();
                columns = Math.max(columns, column);
            }
        }
        List<List<String>> grid = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            List<String> texts = new ArrayList<>();
            for (int column = 0; column < columns; column++) {
                texts.add(filled.getOrDefault(row, Map.of()).getOrDefault(column, ""));
            }
            grid.add(List.copyOf(texts));
        }
        return List.copyOf(grid);
    }

    private static final class Reader {
        private final List<List<Cell>> rows = new ArrayList<>();
        private List<Cell> row;
        private StringBuilder text;
        private Cell open;

        Table read(String html) {
            Matcher tag = TAG.matcher(html);
            int at = 0;
            while (tag.find()) {
                take(html.substring(at, tag.start()));
                at = tag.end();
                boolean closing = !tag.group(1).isEmpty();
                switch (tag.group(2).toLowerCase(Locale.ROOT)) {
                    case "br" -> take("\n");
                    case "tr" -> {
                        closeRow();
                        row = closing ? null : new ArrayList<>();
                    }
                    case "th" -> cell(closing, true, tag.group(3));
                    default -> cell(closing, false, tag.group(3));
                }
            }
            take(html.substring(at));
            closeRow();
            return new Table(rows);
        }

        private void take(String content) {
            if (open != null) {
                text.append(content);
            }
        }

        private void cell(boolean closing, boolean header, String attributes) {
            closeCell();
            if (closing) {
                return;
            }
            row = row == null ? new ArrayList<>() : row;
            text = new StringBuilder();
            open = new Cell("", header, span("col", attributes), span("row", attributes));
        }

        private void closeCell() {
            if (open != null) {
                row.add(new Cell(plain(text.toString()), open.header(), open.columnSpan(), open.rowSpan()));
                open = null;
            }
        }

        private void closeRow() {
            closeCell();
            if (row != null && !row.isEmpty()) {
                rows.add(row);
            }
            row = null;
        }

        private static int span(String which, String attributes) {
            Matcher matcher = SPAN.matcher(attributes);
            while (matcher.find()) {
                if (matcher.group(1).equalsIgnoreCase(which)) {
                    return Math.max(1, Math.min(MAX_SPAN, Integer.parseInt(matcher.group(2))));
                }
            }
            return 1;
        }

        private static String plain(String html) {
            String text = html.replaceAll("</?[a-zA-Z][^<>]*>", "");
            String plain = ENTITY.matcher(text)
                    .replaceAll(entity -> Matcher.quoteReplacement(character(entity.group(1), entity.group())));
            return Characters.clean(plain).strip();
        }

        private static String character(String name, String otherwise) {
            if (name.charAt(0) != '#') {
                return ENTITIES.getOrDefault(name, otherwise);
            }
            int code = name.charAt(1) == 'x'
                    ? Integer.parseInt(name.substring(2), 16)
                    : Integer.parseInt(name.substring(1));
            return Character.isValidCodePoint(code) ? Character.toString(code) : otherwise;
        }
    }
}
