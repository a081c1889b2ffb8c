package dev.scriptorium.standalone;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Two texts in two columns, a line a row, with a mark where they differ. */
final class SideBySide {
    private static final int COLUMN = 62;

    private SideBySide() {}

    static List<String> of(String one, String other) {
        List<String> left = one.strip().lines().toList();
        List<String> right = other.strip().lines().toList();
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String first = i < left.size() ? left.get(i).strip() : "";
            String second = i < right.size() ? right.get(i).strip() : "";
            String mark = first.equals(second) ? " " : "≠";
            rows.add(String.format(Locale.ROOT, "  %-" + COLUMN + "s %s %s", first, mark, second)
                    .stripTrailing());
        }
        return rows;
    }
}
