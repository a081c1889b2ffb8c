package dev.scriptorium.documents.page;

import dev.scriptorium.schemas.TextRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Sets out what a model said as blocks, lines and words. A line model says where lines are, a page model where blocks
 * are; what neither says is estimated, because a reader wants to point at words: a block's text is broken into rows as
 * if every character had the same shape, and words share a row by their number of characters.
 *
 * <p>A page that was turned to be read is set out as it was read, and its boxes are turned back.
 *
 * <p>Nothing of the text is lost: what stands between the regions, or has none, becomes blocks without a place.
 */
final class PageLayout {
    private static final String LINE = "line";

    /** The size of a page of which nothing is known, pixels. */
    private static final int UNKNOWN_SIZE = 1000;

    /** Share of the narrower line's width that two lines of one block have in common. */
    private static final double COMMON_WIDTH = 0.3;

    /** Gap between two lines of one block, in heights of the upper one. */
    private static final double LINE_GAP = 0.8;

    /** Text without a place is not written larger than a page of so many rows. */
    private static final int ROWS_OF_A_PAGE = 60;

    private final String text;
    private final boolean markdown;
    private final int width;
    private final int height;
    private final int rotation;
    private final List<TextBlock> blocks = new ArrayList<>();

    /** Lines that stand below each other and are one block. */
    private final List<TextLine> open = new ArrayList<>();

    PageLayout(String text, boolean markdown, List<TextRegion> regions, int width, int height, int rotation) {
        this.text = text;
        this.markdown = markdown;
        this.rotation = rotation;
        // Records from before sizes were kept, or from elsewhere, may say less than their regions.
        this.width = Math.max(
                width,
                width > 0
                        ? 0
                        : regions.stream().mapToInt(TextRegion::getX1).max().orElse(0));
        this.height = Math.max(
                height,
                height > 0
                        ? 0
                        : regions.stream().mapToInt(TextRegion::getY1).max().orElse(0));
        if (regions.stream().allMatch(region -> region.getKind().equals(LINE))) {
            regions.forEach(this::addLine);
            closeLines();
        } else {
            addRegions(regions);
        }
        if (blocks.stream().allMatch(TextBlock::picture)) {
            addUnplaced(text);
        }
    }

    List<TextBlock> blocks() {
        return rotation == 0 ? blocks : blocks.stream().map(this::upright).toList();
    }

    private TextBlock upright(TextBlock block) {
        List<TextLine> lines = block.lines().stream()
                .map(line -> new TextLine(
                        back(line.box()),
                        line.words().stream()
                                .map(word -> new TextWord(back(word.box()), word.text(), word.confidence()))
                                .toList(),
                        line.confidence()))
                .toList();
        return new TextBlock(
                back(block.box()), block.placed(), block.kind(), block.source(), lines, block.confidence());
    }

    /** From the page as it was read to the page as a viewer shows it. */
    private Box back(Box box) {
        Box page = whole();
        return box.turned((360 - rotation) % 360, page.width(), page.height());
    }

    /** Pixels; 0 if nobody says. */
    int width() {
        return width;
    }

    int height() {
        return height;
    }

    private void addLine(TextRegion region) {
        List<String> words = words(Characters.clean(region.getText()));
        if (words.isEmpty()) {
            return;
        }
        Box box = box(region);
        List<Double> sure = region.getWordConfidences();
        Rows rows = new Rows(box, List.of(words), false, Integer.MAX_VALUE);
        List<TextWord> placed = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            OptionalDouble confidence =
                    sure.size() == words.size() ? OptionalDouble.of(probability(sure.get(i))) : OptionalDouble.empty();
            placed.add(new TextWord(rows.word(0, i), words.get(i), confidence));
        }
        TextLine line = new TextLine(box, placed, probability(region.getConfidence()));
        if (!open.isEmpty() && !below(open.get(open.size() - 1).box(), box)) {
            closeLines();
        }
        open.add(line);
    }

    private static boolean below(Box upper, Box lower) {
        int common = Math.min(upper.x1(), lower.x1()) - Math.max(upper.x0(), lower.x0());
        int gap = lower.y0() - upper.y1();
        return common >= COMMON_WIDTH * Math.min(upper.width(), lower.width())
                && lower.y0() > upper.y0()
                && gap <= LINE_GAP * upper.height();
    }

    private void closeLines() {
        if (open.isEmpty()) {
            return;
        }
        Box box = Box.around(open.stream().map(TextLine::box).toList());
        String source = String.join("\n", open.stream().map(TextLine::text).toList());
        double sure = open.stream().mapToDouble(TextLine::confidence).average().orElse(0);
        blocks.add(new TextBlock(box, true, TextBlock.TEXT, source, open, sure));
        open.clear();
    }

    private void addRegions(List<TextRegion> regions) {
        boolean allFound = isSequence(regions);
        int at = 0;
        TextRegion previous = null;
        for (TextRegion region : regions) {
            String source = Characters.clean(region.getText()).strip();
            if (continues(previous, region)) {
                // The model names several places for one text: it stands in the first.
                blocks.add(new TextBlock(box(region), true, kind(region), "", List.of(), probability(0)));
                continue;
            }
            previous = region;
            if (allFound && !source.isEmpty()) {
                int found = text.indexOf(source, at);
                addUnplaced(text.substring(at, found));
                at = found + source.length();
            }
            blocks.add(block(box(region), true, kind(region), source, probability(region.getConfidence())));
        }
        if (allFound) {
            addUnplaced(text.substring(at));
        }
    }

    private boolean isSequence(List<TextRegion> regions) {
        int at = 0;
        TextRegion previous = null;
        for (TextRegion region : regions) {
            if (!continues(previous, region)) {
                previous = region;
                String source = Characters.clean(region.getText()).strip();
                int found = text.indexOf(source, at);
                if (found < 0) {
                    return false;
                }
                at = found + source.length();
            }
        }
        return true;
    }

    private static boolean continues(TextRegion previous, TextRegion region) {
        return previous != null
                && !region.getText().isBlank()
                && region.getKind().equals(previous.getKind())
                && region.getText().equals(previous.getText());
    }

    private void addUnplaced(String piece) {
        TextBlock block = block(whole(), false, TextBlock.TEXT, piece.strip(), 0);
        if (!block.picture()) {
            blocks.add(block);
        }
    }

    /** The page as it was read. */
    private Box whole() {
        return new Box(0, 0, width > 0 ? width : UNKNOWN_SIZE, height > 0 ? height : UNKNOWN_SIZE)
                .turned(rotation, width > 0 ? width : UNKNOWN_SIZE, height > 0 ? height : UNKNOWN_SIZE);
    }

    private TextBlock block(Box box, boolean placed, String kind, String source, double confidence) {
        String plain = markdown || source.indexOf('<') >= 0 ? PlainText.of(source) : source;
        List<List<String>> texts = plain.lines()
                .map(PageLayout::words)
                .filter(words -> !words.isEmpty())
                .toList();
        List<TextLine> lines = new ArrayList<>();
        if (!texts.isEmpty()) {
            int maxHeight = placed ? Integer.MAX_VALUE : Math.max(1, box.height() / ROWS_OF_A_PAGE);
            Rows rows = new Rows(box, texts, true, maxHeight);
            for (int line = 0; line < texts.size(); line++) {
                List<TextWord> words = new ArrayList<>();
                for (int i = 0; i < texts.get(line).size(); i++) {
                    words.add(new TextWord(rows.word(line, i), texts.get(line).get(i), OptionalDouble.empty()));
                }
                Box around = Box.around(words.stream().map(TextWord::box).toList());
                lines.add(new TextLine(around, words, confidence));
            }
        }
        return new TextBlock(box, placed, kind, source, lines, confidence);
    }

    private Box box(TextRegion region) {
        return Box.onPage(region.getX0(), region.getY0(), region.getX1(), region.getY1(), width, height)
                .turned(rotation, width, height);
    }

    private static String kind(TextRegion region) {
        return Characters.clean(region.getKind());
    }

    private static List<String> words(String line) {
        return List.of(line.strip().split("\\s+")).stream()
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** What a foreign record says may be anything. */
    private static double probability(double value) {
        return value >= 0 && value <= 1 ? value : 0;
    }
}
