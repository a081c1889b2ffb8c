package dev.scriptorium.model.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Puts letters together to lines on a level page. Letters that stand close and at one height are
 * chained to runs of words; points, accents and dashes go to the run they lie in; runs are joined
 * across wider gaps unless the gap is part of a gutter between columns; what does not look like text
 * is dropped. Lengths are measured in heights of the letters at hand, so titles and footnotes are
 * found by the same rules.
 */
final class LineGrouper {
    private static final double LEAST_LETTER = 0.5;
    private static final double MOST_LETTER = 7;
    private static final double WORD_GAP = 1.25;
    private static final double WIDEST_GAP = 2.9;
    /** Letters of one line: an x beside a parenthesis differs by about two. */
    private static final double MOST_UNLIKE = 2.3;
    /** Letters this much higher than usual are of a title, or of two lines that touch. */
    private static final double TALL = 2.3;

    private static final double MOST_UNLIKE_TALL = 1.5;
    /** What is more than this many of its letters high may be two lines. */
    private static final double MOST_LINE = 2.2;
    /** How many letter heights above and below a gap are asked whether it is part of a gutter. */
    private static final double GUTTER_REACH = 13;

    private final List<Blob> blobs;
    private final double letterHeight;

    /**
     * @param blobs of the level page
     * @param letterHeight what {@link #letterHeight} says of them
     */
    LineGrouper(List<Blob> blobs, double letterHeight) {
        this.blobs = blobs;
        this.letterHeight = letterHeight;
    }

    /**
     * The usual height of a letter: the median, every blob weighing as much as its ink, so that dust
     * does not count. 0 if there is none.
     */
    static double letterHeight(List<Blob> blobs, int pageWidth, int pageHeight) {
        List<Blob> letters = blobs.stream()
                .filter(blob -> blob.height() >= 4
                        && blob.height() < Math.max(120, pageHeight / 6.0)
                        && blob.width() < Math.max(160, pageWidth / 3.0)
                        && blob.width() < 12 * blob.height())
                .sorted(Comparator.comparingDouble(Blob::height))
                .toList();
        long ink = letters.stream().mapToLong(Blob::area).sum();
        long seen = 0;
        for (Blob letter : letters) {
            seen += letter.area();
            if (2 * seen >= ink) {
                return letter.height();
            }
        }
        return 0;
    }

    /** Whether a blob can be a letter, and not a point, a picture or a frame. */
    private boolean isLetter(Blob blob) {
        return blob.height() >= Math.max(3, LEAST_LETTER * letterHeight)
                && blob.height() <= MOST_LETTER * letterHeight
                && blob.width() <= 16 * blob.height()
                && blob.area() > 0.05 * blob.width() * blob.height()
                && (blob.height() < 2 * letterHeight || blob.height() < 12 * blob.width());
    }

    /** What can be a letter, from left to right. */
    List<Blob> letters() {
        return blobs.stream()
                .filter(this::isLetter)
                .sorted(Comparator.comparingDouble(Blob::x0))
                .toList();
    }

    /** The lines, in no particular order. */
    List<Blob> group() {
        List<Run> runs = new ArrayList<>();
        for (List<Blob> chained : chain(letters())) {
            runs.addAll(parted(chained));
        }
        runs.removeIf(run -> !canBeText(run));
        List<Run> lines = join(withMarks(runs));
        return merged(lines.stream().filter(line -> isText(line, lines)).toList());
    }

    /**
     * Letters in a row.
     *
     * @param core box of the letters
     * @param box of the letters and their marks
     * @param letter the middle of their heights
     * @param slimness the middle of their heights over widths
     * @param count how many
     */
    private record Run(Blob core, Blob box, double letter, double slimness, int count) {
        static Run of(List<Blob> letters) {
            Blob box = letters.stream().reduce(Blob::join).orElseThrow();
            return new Run(
                    box,
                    box,
                    median(letters.stream().mapToDouble(Blob::height).toArray()),
                    median(letters.stream()
                            .mapToDouble(letter -> letter.height() / letter.width())
                            .toArray()),
                    letters.size());
        }

        private static double median(double[] values) {
            Arrays.sort(values);
            return values[values.length / 2];
        }

        Run join(Run other) {
            int both = count + other.count;
            return new Run(
                    core.join(other.core),
                    box.join(other.box),
                    (letter * count + other.letter * other.count) / both,
                    (slimness * count + other.slimness * other.count) / both,
                    both);
        }

        Run with(Blob mark) {
            return new Run(core, box.join(mark), letter, slimness, count);
        }
    }

    /**
     * Lines chained through letters that touch across them are chained again without the tall ones,
     * which then join the one line they lie in.
     */
    private List<Run> parted(List<Blob> letters) {
        Run run = Run.of(letters);
        if (run.core().height() < MOST_LINE * run.letter()) {
            return List.of(run);
        }
        for (double tall = 1.8; tall > 1.1; tall -= 0.3) {
            double most = tall * run.letter();
            List<Run> parts = chain(letters.stream()
                            .filter(letter -> letter.height() < most)
                            .toList())
                    .stream()
                    .map(Run::of)
                    .toList();
            if (areStacked(parts)) {
                return withTall(
                        parts,
                        letters.stream()
                                .filter(letter -> letter.height() >= most)
                                .toList());
            }
        }
        return List.of(run);
    }

    /** Whether some stand below others, and do not just follow each other. */
    private static boolean areStacked(List<Run> parts) {
        for (Run upper : parts) {
            for (Run lower : parts) {
                double least = Math.min(upper.core().height(), lower.core().height());
                boolean sizable = upper.count() > 2 && lower.count() > 2;
                if (sizable && upper.core().overlapY(lower.core()) < 0.3 * least) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<Run> withTall(List<Run> parts, List<Blob> tall) {
        List<Run> whole = new ArrayList<>(parts);
        for (Blob letter : tall) {
            for (int i = 0; i < parts.size(); i++) {
                Blob core = parts.get(i).core();
                boolean inside = core.overlapX(letter) > -parts.get(i).letter();
                if (inside && core.overlapY(letter) > 0.5 * letter.height() && letter.height() < 1.4 * core.height()) {
                    whole.set(i, whole.get(i).with(letter));
                    break;
                }
            }
        }
        return whole;
    }

    /** Every letter is linked to the nearest one on its right that can be its neighbour in a line. */
    private List<List<Blob>> chain(List<Blob> letters) {
        Sets sets = new Sets(letters.size());
        for (int i = 0; i < letters.size(); i++) {
            Blob left = letters.get(i);
            int nearest = -1;
            double least = Double.MAX_VALUE;
            for (int j = i + 1; j < letters.size(); j++) {
                Blob right = letters.get(j);
                double gap = right.x0() - left.x1();
                if (gap > WORD_GAP * MOST_UNLIKE * left.height()) {
                    break;
                }
                if (gap < least && follows(left, right, gap)) {
                    nearest = j;
                    least = gap;
                }
            }
            if (nearest >= 0) {
                sets.join(i, nearest);
            }
        }
        return sets.members(letters);
    }

    private boolean follows(Blob left, Blob right, double gap) {
        double lower = Math.min(left.height(), right.height());
        double higher = Math.max(left.height(), right.height());
        double unlike = higher > TALL * letterHeight ? MOST_UNLIKE_TALL : MOST_UNLIKE;
        return higher < unlike * lower
                && left.overlapY(right) > 0.5 * lower
                && gap < WORD_GAP * (lower + higher) / 2
                && right.centerX() > left.centerX();
    }

    /** Points, accents, quotes and dashes join the run that they lie in or nearly touch. */
    private List<Run> withMarks(List<Run> runs) {
        List<Run> grown = new ArrayList<>();
        List<Blob> marks = new ArrayList<>(blobs.stream()
                .filter(blob -> !isLetter(blob) && blob.height() < MOST_LETTER * letterHeight && blob.area() > 1)
                .toList());
        for (Run run : runs) {
            // A comma may pass for a letter; alone it is a mark.
            if (run.count() <= 2 && run.box().height() < 0.8 * letterHeight) {
                marks.add(run.box());
            } else {
                grown.add(run);
            }
        }
        // From left to right, so that points of an ellipsis or a leader follow one another.
        marks.sort(Comparator.comparingDouble(Blob::x0));
        for (Blob mark : marks) {
            int owner = owner(grown, mark);
            if (owner >= 0) {
                grown.set(owner, grown.get(owner).with(mark));
            } else if (isLetter(mark)) {
                grown.add(Run.of(List.of(mark)));
            }
        }
        return grown;
    }

    private static int owner(List<Run> runs, Blob mark) {
        int owner = -1;
        double nearest = Double.MAX_VALUE;
        for (int i = 0; i < runs.size(); i++) {
            double letter = runs.get(i).letter();
            double below = -runs.get(i).core().overlapY(mark);
            double beside = -runs.get(i).box().overlapX(mark);
            // A dash or a rule belongs to a line only if it lies in it, a point or an accent also near it.
            double reach = mark.width() > 2 * mark.height() ? -0.5 * mark.height() : 0.4 * letter;
            double away = Math.max(0, below) * 3 + Math.max(0, beside);
            boolean near =
                    below < reach && beside < letter && mark.height() < 1.5 * letter && mark.width() < 3.5 * letter;
            if (near && away < nearest) {
                nearest = away;
                owner = i;
            }
        }
        return owner;
    }

    private static List<Run> join(List<Run> runs) {
        List<Run> lines = new ArrayList<>(runs);
        lines.sort(Comparator.comparingDouble(run -> run.box().x0()));
        for (int i = 0; i < lines.size(); i++) {
            for (int next = next(lines, i); next >= 0; next = next(lines, i)) {
                lines.set(i, lines.get(i).join(lines.get(next)));
                lines.remove(next);
                i -= next < i ? 1 : 0;
            }
        }
        return lines;
    }

    /** The run to the right that continues a run, or -1. */
    private static int next(List<Run> runs, int at) {
        Run left = runs.get(at);
        int nearest = -1;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < runs.size(); i++) {
            Run right = runs.get(i);
            double gap = right.box().x0() - left.box().x1();
            if (i == at || right.box().centerX() < left.box().centerX() || gap >= least) {
                continue;
            }
            double lower = Math.min(left.box().height(), right.box().height());
            boolean level = left.box().overlapY(right.box()) > 0.5 * lower;
            double small = Math.min(left.letter(), right.letter());
            boolean alike = Math.max(left.letter(), right.letter()) < 1.8 * small;
            boolean after = right.core().x0() - left.core().x1() > -small;
            if (level && alike && after && gap < WIDEST_GAP * small) {
                nearest = i;
                least = gap;
            }
        }
        return nearest >= 0 && !isGutter(runs, left, runs.get(nearest)) ? nearest : -1;
    }

    /**
     * Whether the lines above and below have a gap at the same place: then it parts columns. Gaps
     * between words do not stand above each other for long.
     */
    private static boolean isGutter(List<Run> runs, Run left, Run right) {
        double letter = Math.max(left.letter(), right.letter());
        double gap = right.box().x0() - left.box().x1();
        if (gap < 0.7 * letter) {
            return false;
        }
        double middle = (right.box().x0() + left.box().x1()) / 2;
        int across = 0;
        int onLeft = 0;
        int onRight = 0;
        for (Run run : runs) {
            double away = Math.abs(run.box().centerY() - left.box().centerY());
            if (away > GUTTER_REACH * letter || away < 0.5 * letter) {
                continue;
            }
            if (run.box().x0() < middle + 0.2 * letter && run.box().x1() > middle - 0.2 * letter) {
                across++;
            } else if (run.box().x1() <= middle && run.box().x1() > middle - 8 * letter) {
                onLeft++;
            } else if (run.box().x0() >= middle && run.box().x0() < middle + 2.5 * letter) {
                onRight++;
            }
        }
        return onLeft >= 3 && onRight >= 3 && 5 * across <= onLeft + onRight;
    }

    /** Joins boxes that cover each other for the most part: halves of broken letters. */
    private static List<Blob> merged(List<Run> lines) {
        List<Blob> merged = new ArrayList<>(lines.stream().map(Run::box).toList());
        merged.sort(Comparator.comparingDouble(Blob::width).reversed());
        for (int i = 0; i < merged.size(); i++) {
            for (int j = merged.size() - 1; j > i; j--) {
                Blob big = merged.get(i);
                Blob small = merged.get(j);
                double lower = Math.min(big.height(), small.height());
                boolean covered = big.overlapX(small) > 0.5 * small.width() && big.overlapY(small) > 0.6 * lower;
                if (covered && small.height() < 1.4 * big.height()) {
                    merged.set(i, big.join(small));
                    merged.remove(j);
                }
            }
        }
        return merged;
    }

    /** Pictures, frames, bar codes and scanner edges come in pieces, too, but not in the shape of text. */
    private boolean canBeText(Run line) {
        Blob box = line.core();
        double fill = box.area() / (box.width() * box.height());
        boolean upright = line.slimness() > 6 && line.count() > 10;
        boolean ragged = line.count() > 2 && box.height() > 3.2 * line.letter();
        boolean sparse = line.letter() > 2.5 * letterHeight && box.width() > 3.5 * line.count() * line.letter();
        boolean solid = line.count() > 2 ? fill > 0.68 : fill > 0.82 && box.height() < 3 * box.width();
        return !solid && fill > 0.03 && !upright && !ragged && !sparse;
    }

    private boolean isText(Run line, List<Run> lines) {
        if (line.count() > 2) {
            return canBeText(line);
        }
        Blob box = line.box();
        boolean usual = box.height() > 0.55 * letterHeight && box.height() < 2 * letterHeight;
        boolean shaped = box.height() < 5.5 * box.width() && box.width() < 9 * box.height();
        return canBeText(line) && shaped && (usual || isInitial(line, lines)) && !isCovered(line, lines);
    }

    /** Whether longer lines lie over most of it, as over letters that touch from line to line. */
    private static boolean isCovered(Run line, List<Run> lines) {
        Blob box = line.box();
        double covered = 0;
        for (Run other : lines) {
            if (other.count() > 2) {
                covered += Math.max(0, box.overlapX(other.box())) * Math.max(0, box.overlapY(other.box()));
            }
        }
        return covered > 0.5 * box.width() * box.height();
    }

    /** A big letter at the beginning of a paragraph: lines of usual size begin right beside it. */
    private boolean isInitial(Run line, List<Run> lines) {
        Blob box = line.box();
        double fill = box.area() / (box.width() * box.height());
        boolean shaped = box.height() < 6 * letterHeight && box.width() < 1.6 * box.height() && fill > 0.12;
        return shaped
                && lines.stream()
                                .filter(other -> other.count() > 4
                                        && other.box().overlapY(box)
                                                > 0.5 * other.box().height()
                                        && Math.abs(other.box().x0() - box.x1()) < 1.5 * letterHeight)
                                .count()
                        >= 2;
    }

    /** Disjoint sets of indices. */
    private static final class Sets {
        private final int[] parent;

        Sets(int size) {
            parent = new int[size];
            Arrays.setAll(parent, i -> i);
        }

        private int root(int i) {
            int root = i;
            while (parent[root] != root) {
                parent[root] = parent[parent[root]];
                root = parent[root];
            }
            return root;
        }

        void join(int a, int b) {
            parent[root(a)] = root(b);
        }

        List<List<Blob>> members(List<Blob> all) {
            List<List<Blob>> members = new ArrayList<>();
            int[] place = new int[parent.length];
            Arrays.fill(place, -1);
            for (int i = 0; i < parent.length; i++) {
                int root = root(i);
                if (place[root] < 0) {
                    place[root] = members.size();
                    members.add(new ArrayList<>());
                }
                members.get(place[root]).add(all.get(i));
            }
            return members;
        }
    }
}
