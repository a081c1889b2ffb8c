package dev.scriptorium.model.image;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which a person reads the lines of a level page: columns of prose one after the other,
 * a heading across them before what stands below it; everything else, tables and receipts among it,
 * row by row.
 */
final class ReadingOrder {
    private static final int FEWEST_LINES = 3;
    /** A column is at least this many line heights wide; narrower ones are those of tables. */
    private static final double NARROWEST_COLUMN = 8;

    private ReadingOrder() {}

    static List<Blob> of(List<Blob> lines) {
        List<Blob> ordered = new ArrayList<>(lines.size());
        read(lines, ordered);
        return ordered;
    }

    private static void read(List<Blob> lines, List<Blob> ordered) {
        double gutter = gutter(lines);
        if (Double.isNaN(gutter)) {
            ordered.addAll(rows(lines));
            return;
        }
        for (Band band : bands(lines, gutter)) {
            if (band.left().isEmpty() || band.right().isEmpty()) {
                ordered.addAll(rows(band.left()));
                ordered.addAll(rows(band.right()));
            } else {
                read(band.left(), ordered);
                read(band.right(), ordered);
            }
            ordered.addAll(band.across());
        }
    }

    /**
     * Lines between two that cross a gutter.
     *
     * @param across the line that ends the band, if any
     */
    private record Band(List<Blob> left, List<Blob> right, List<Blob> across) {
        /** How many lines stand beside each other as columns of prose. */
        int columnLines() {
            return isColumn(left) && isColumn(right) && beside(left, right) ? Math.min(left.size(), right.size()) : 0;
        }
    }

    private static List<Band> bands(List<Blob> lines, double gutter) {
        List<Blob> sorted = new ArrayList<>(lines);
        sorted.sort(Comparator.comparingDouble(Blob::centerY));
        List<Band> bands = new ArrayList<>();
        List<Blob> left = new ArrayList<>();
        List<Blob> right = new ArrayList<>();
        for (Blob line : sorted) {
            if (line.x1() <= gutter) {
                left.add(line);
            } else if (line.x0() >= gutter) {
                right.add(line);
            } else {
                bands.add(new Band(left, right, List.of(line)));
                left = new ArrayList<>();
                right = new ArrayList<>();
            }
        }
        bands.add(new Band(left, right, List.of()));
        return bands;
    }

    /** The x that parts most lines into two columns, or NaN. */
    private static double gutter(List<Blob> lines) {
        double best = Double.NaN;
        int most = 0;
        for (Blob line : lines) {
            double x = line.x0() - 0.5;
            int columnLines =
                    bands(lines, x).stream().mapToInt(Band::columnLines).sum();
            if (columnLines > most) {
                most = columnLines;
                best = x;
            }
        }
        return best;
    }

    private static boolean isColumn(List<Blob> lines) {
        if (lines.size() < FEWEST_LINES) {
            return false;
        }
        double[] proportions = lines.stream()
                .mapToDouble(line -> line.width() / line.height())
                .sorted()
                .toArray();
        return proportions[proportions.length / 2] >= NARROWEST_COLUMN;
    }

    /** Whether two groups stand side by side, and not one below the other. */
    private static boolean beside(List<Blob> left, List<Blob> right) {
        Blob leftBox = left.stream().reduce(Blob::join).orElseThrow();
        Blob rightBox = right.stream().reduce(Blob::join).orElseThrow();
        return leftBox.overlapY(rightBox) > 0.5 * Math.min(leftBox.height(), rightBox.height());
    }

    private static List<Blob> rows(List<Blob> lines) {
        List<Blob> byHeight = new ArrayList<>(lines);
        byHeight.sort(Comparator.comparingDouble(Blob::centerY));
        List<Blob> ordered = new ArrayList<>(lines.size());
        List<Blob> row = new ArrayList<>();
        for (Blob line : byHeight) {
            boolean same = !row.isEmpty()
                    && row.get(0).overlapY(line) > 0.5 * Math.min(row.get(0).height(), line.height());
            if (!same) {
                flush(row, ordered);
            }
            row.add(line);
        }
        flush(row, ordered);
        return ordered;
    }

    private static void flush(List<Blob> row, List<Blob> ordered) {
        row.sort(Comparator.comparingDouble(Blob::x0));
        ordered.addAll(row);
        row.clear();
    }
}
