package dev.scriptorium.standalone;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The scores of one or several readings of the same images, side by side. */
final class ScoreTable {
    private static final int LABEL = 18;
    private static final int COLUMN = 12;

    /** Rows: what is shown, and how. */
    private record Row(String label, Function<Scoring.Result, String> value) {}

    private static final List<Row> ROWS = List.of(
            new Row("images", result -> Integer.toString(result.scores().samples())),
            new Row("CER", result -> percent(result.scores().cer())),
            new Row("accuracy (1-CER)", result -> percent(1 - result.scores().cer())),
            new Row("exact match", result -> percent(result.scores().exact())),
            new Row("median CER", result -> percent(result.scores().medianCer())),
            new Row("capped CER", result -> percent(result.scores().cappedCer())),
            new Row("WER", result -> percent(result.scores().wer())),
            new Row("loops", result -> Integer.toString(result.loops())),
            new Row("blanks", result -> Integer.toString(result.blanks())),
            new Row("images / CPU s", result -> String.format(Locale.ROOT, "%.1f", result.itemsPerCpuSecond())));

    private ScoreTable() {}

    /** Lines of text; {@code results} by the head of their column. */
    static List<String> lines(Map<String, Scoring.Result> results) {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(" ".repeat(LABEL));
        results.keySet().forEach(name -> head.append(String.format("%" + COLUMN + "s", name)));
        lines.add(head.toString());
        for (Row row : ROWS) {
            StringBuilder line = new StringBuilder(String.format("%-" + LABEL + "s", row.label()));
            results.values()
                    .forEach(result -> line.append(
                            String.format("%" + COLUMN + "s", row.value().apply(result))));
            lines.add(line.toString());
        }
        return lines;
    }

    /** The same as rows of an HTML table. */
    static String html(Map<String, Scoring.Result> results) {
        StringBuilder html = new StringBuilder("<table><tr><th></th>");
        results.keySet().forEach(name -> html.append("<th>").append(name).append("</th>"));
        html.append("</tr>\n");
        for (Row row : ROWS) {
            html.append("<tr><td>").append(row.label()).append("</td>");
            results.values().forEach(result -> html.append("<td class=\"number\">")
                    .append(row.value().apply(result))
                    .append("</td>"));
            html.append("</tr>\n");
        }
        return html.append("</table>\n").toString();
    }

    private static String percent(double rate) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * rate);
    }
}
