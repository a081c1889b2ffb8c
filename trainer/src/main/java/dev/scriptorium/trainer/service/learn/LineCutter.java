package dev.scriptorium.trainer.service.learn;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.image.GrayImage;
import dev.scriptorium.model.image.LineFinder;
import dev.scriptorium.trainer.service.labels.Label;
import java.util.ArrayList;
import java.util.List;

/** Cuts a labeled page into pictures of lines with their texts, as the engine cuts it to read. Stateless. */
final class LineCutter {
    /** Share of the lower piece's height that two pieces of one row have in common, as where the engine puts them together. */
    private static final double SAME_ROW = 0.5;

    private final LineFinder finder = new LineFinder();

    /** A line and what it says. */
    record Line(GrayImage pixels, String text) {}

    /** The lines of a page whose text is known; the rest of the page is left out. */
    List<Line> cut(Label label, GrayImage page) {
        if (Mode.of(label.mode()) == Mode.LINE) {
            return List.of(new Line(page, label.text().strip()));
        }
        List<List<FoundLine>> rows = rows(finder.find(page).lines());
        List<String> read = rows.stream().map(row -> text(row, label)).toList();
        return LineLabels.match(read, label.text()).stream()
                // what part of a text stands in which piece of a row is not known
                .filter(match -> rows.get(match.row()).size() == 1)
                .map(match -> new Line(rows.get(match.row()).get(0).pixels(), match.text()))
                .toList();
    }

    private static List<List<FoundLine>> rows(List<FoundLine> lines) {
        List<List<FoundLine>> rows = new ArrayList<>();
        FoundLine previous = null;
        for (FoundLine line : lines) {
            if (previous == null || !besides(previous, line)) {
                rows.add(new ArrayList<>());
            }
            rows.get(rows.size() - 1).add(line);
            previous = line;
        }
        return rows;
    }

    private static boolean besides(FoundLine left, FoundLine right) {
        int common = Math.min(left.y1(), right.y1()) - Math.max(left.y0(), right.y0());
        int lower = Math.min(left.y1() - left.y0(), right.y1() - right.y0());
        return right.x0() >= left.x1() && common >= SAME_ROW * lower;
    }

    /** What was read in a row: lines are found again where they were found then. */
    private static String text(List<FoundLine> row, Label label) {
        List<String> pieces = new ArrayList<>();
        for (FoundLine piece : row) {
            label.lines().stream()
                    .filter(line -> line.x0() == piece.x0()
                            && line.y0() == piece.y0()
                            && line.x1() == piece.x1()
                            && line.y1() == piece.y1())
                    .findFirst()
                    .ifPresent(line -> pieces.add(line.text()));
        }
        return String.join(" ", pieces);
    }
}
