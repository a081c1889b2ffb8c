package dev.scriptorium.trainer.service.learn;

import dev.scriptorium.model.eval.CharacterErrorRate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds out which line of a page's true text stands in which row of its picture. People correct pages, a line model
 * learns lines, and lines may have been missed or made up when the page was cut.
 */
final class LineLabels {
    /** A row and a line with more errors than this have nothing to do with each other. */
    private static final double STRANGERS = 0.5;

    private LineLabels() {}

    /**
     * A row of the picture and its true text.
     *
     * @param row index of the row
     * @param text what it says
     */
    record Match(int row, String text) {}

    /**
     * Matches rows and lines, both in reading order. As many rows as lines belong together one by one, however badly
     * they were read. Otherwise the order is kept, those that are alike are matched, and the rest teaches nothing.
     *
     * @param read what the model read in each row; may be empty
     * @param text of the page, lines separated by LF
     */
    static List<Match> match(List<String> read, String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        if (lines.size() == read.size()) {
            return IntStream.range(0, lines.size())
                    .mapToObj(i -> new Match(i, lines.get(i)))
                    .toList();
        }
        double[][] cost = new double[read.size()][lines.size()];
        for (int row = 0; row < read.size(); row++) {
            for (int line = 0; line < lines.size(); line++) {
                cost[row][line] = Math.min(1, CharacterErrorRate.of(lines.get(line), read.get(row)));
            }
        }
        return path(cost, lines);
    }

    /** The cheapest way through the table, where passing over a row or a line costs as much as strangers do. */
    private static List<Match> path(double[][] cost, List<String> lines) {
        int rows = cost.length;
        double[][] best = new double[rows + 1][lines.size() + 1];
        for (int row = rows; row >= 0; row--) {
            for (int line = lines.size(); line >= 0; line--) {
                if (row == rows || line == lines.size()) {
                    best[row][line] = STRANGERS / 2 * (rows - row + lines.size() - line);
                } else {
                    double pass = STRANGERS / 2 + Math.min(best[row + 1][line], best[row][line + 1]);
                    best[row][line] = Math.min(pass, cost[row][line] + best[row + 1][line + 1]);
                }
            }
        }
        List<Match> matches = new ArrayList<>();
        int row = 0;
        int line = 0;
        while (row < rows && line < lines.size()) {
            if (best[row][line] == cost[row][line] + best[row + 1][line + 1]) {
                if (cost[row][line] < STRANGERS) {
                    matches.add(new Match(row, lines.get(line)));
                }
                row++;
                line++;
            } else if (best[row + 1][line] <= best[row][line + 1]) {
                row++;
            } else {
                line++;
            }
        }
        return matches;
    }
}
