package dev.scriptorium.model.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the model's answer apart: items {@code <|ref|>LABEL<|/ref|><|det|>[[x0, y0, x1, y1], ...]<|/det|>}
 * with coordinates 0 to 999 over the page, each followed by its text (SPEC section 11).
 *
 * <p>The answer may be anything, cut short or nonsense. A box that is not four numbers in order is
 * ignored, an item without a box is plain text, and the text itself is never lost. Where the reference
 * evaluates the boxes as Python code, this only reads numbers.
 */
public final class OutputParser {
    private static final String REF = "<|ref|>";
    private static final String BETWEEN = "<|/ref|><|det|>";
    private static final String DET_END = "<|/det|>";
    private static final String DET = "<|det|>";
    private static final double LARGEST_COORDINATE = 999;

    private static final String NUMBER = "\\s*(-?\\d{1,9}(?:\\.\\d{1,9})?)\\s*";
    private static final Pattern BOX =
            Pattern.compile("\\[" + NUMBER + "," + NUMBER + "," + NUMBER + "," + NUMBER + ",?\\s*\\]");
    private static final Pattern STRAY_MARKER = Pattern.compile("<\\|/?(?:ref|det|grounding)\\|>");
    private static final Pattern BLANK_LINES = Pattern.compile("\n{3,}");
    private static final Pattern DISPLAY_FORMULA = Pattern.compile("\\\\\\[(.*?)\\\\]");
    private static final Pattern EQUATION_NUMBER = Pattern.compile("\\\\quad\\s*\\([^)]*\\)");

    private final boolean labelsAreText;
    private final int width;
    private final int height;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Block.Box> images = new ArrayList<>();
    private final StringBuilder markdown = new StringBuilder();

    private OutputParser(boolean labelsAreText, int width, int height) {
        this.labelsAreText = labelsAreText;
        this.width = width;
        this.height = height;
    }

    /**
     * Takes an answer apart.
     *
     * @param answer as decoded, special tokens written out
     * @param prompt what was asked: {@link Prompt#GROUNDED_OCR} is answered by items whose labels are the text
     * @param width of the page in pixels, as a viewer shows it
     * @param height of the page in pixels
     */
    public static ParsedOutput parse(String answer, Prompt prompt, int width, int height) {
        OutputParser parser = new OutputParser(prompt == Prompt.GROUNDED_OCR, width, height);
        parser.read(clean(answer));
        String markdown =
                BLANK_LINES.matcher(parser.markdown).replaceAll("\n\n").strip();
        return new ParsedOutput(markdown, parser.blocks, parser.images);
    }

    /** The answer without the end token and the white space around it. */
    public static String clean(String answer) {
        String text = answer.strip();
        while (text.endsWith(Tokenizer.EOS)) {
            text = text.substring(0, text.length() - Tokenizer.EOS.length()).strip();
        }
        return text;
    }

    /**
     * The text as the published evaluation scores it: without items, equation numbers, {@code <center>}
     * and surplus blank lines.
     */
    public static String forEvaluation(String answer) {
        String text = DISPLAY_FORMULA
                .matcher(clean(answer))
                .replaceAll(formula -> Matcher.quoteReplacement("\\["
                        + EQUATION_NUMBER
                                .matcher(formula.group(1))
                                .replaceAll("")
                                .strip() + "\\]"));
        StringBuilder kept = new StringBuilder();
        int at = 0;
        for (Item item = Item.next(text, 0); item != null; item = Item.next(text, at)) {
            kept.append(text, at, item.start());
            at = item.end();
        }
        kept.append(text, at, text.length());
        String plain = BLANK_LINES.matcher(kept).replaceAll("\n\n");
        return plain.replace("<center>", "").replace("</center>", "").strip();
    }

    private void read(String text) {
        Item item = Item.next(text, 0);
        addPlain(text.substring(0, item == null ? text.length() : item.start()));
        boolean anyDeleted = false;
        while (item != null) {
            Item next = Item.next(text, item.end());
            String content = text.substring(item.end(), next == null ? text.length() : next.start());
            String label = item.label().strip();
            List<Block.Box> boxes = boxes(item.places());
            if (labelsAreText) {
                add("text", boxes, label + content);
            } else {
                add(label, boxes, content);
            }
            anyDeleted |= !label.equals(Block.Grounded.IMAGE);
            item = next;
        }
        if (anyDeleted) {
            String replaced = markdown.toString().replace("\\coloneqq", ":=").replace("\\eqqcolon", "=:");
            markdown.setLength(0);
            markdown.append(replaced);
        }
    }

    private void add(String label, List<Block.Box> boxes, String content) {
        if (boxes.isEmpty()) {
            addPlain(content);
            return;
        }
        String text = withoutStrayMarkers(content);
        Block.Grounded block = new Block.Grounded(label, boxes, text.strip());
        blocks.add(block);
        if (block.image()) {
            markdown.append("![](images/").append(images.size()).append(".jpg)\n");
            images.add(boxes.get(0));
        }
        markdown.append(text);
    }

    private void addPlain(String content) {
        String text = withoutStrayMarkers(content);
        if (!text.isBlank()) {
            blocks.add(new Block.Plain(text.strip()));
        }
        markdown.append(text);
    }

    /** An answer that was cut may end inside an item. */
    private static String withoutStrayMarkers(String content) {
        int cut = content.lastIndexOf(DET);
        boolean unfinished = cut >= 0 && content.indexOf(DET_END, cut) < 0;
        return STRAY_MARKER
                .matcher(unfinished ? content.substring(0, cut) : content)
                .replaceAll("");
    }

    private List<Block.Box> boxes(String places) {
        List<Block.Box> boxes = new ArrayList<>();
        Matcher matcher = BOX.matcher(places);
        while (matcher.find()) {
            int x0 = pixel(matcher.group(1), width);
            int y0 = pixel(matcher.group(2), height);
            int x1 = pixel(matcher.group(3), width);
            int y1 = pixel(matcher.group(4), height);
            if (x0 <= x1 && y0 <= y1) {
                boxes.add(new Block.Box(x0, y0, x1, y1));
            }
        }
        return boxes;
    }

    private static int pixel(String coordinate, int size) {
        double value = Math.max(0, Math.min(LARGEST_COORDINATE, Double.parseDouble(coordinate)));
        return (int) (value / LARGEST_COORDINATE * size);
    }

    /** Where an item lies in the answer, and what stands in its two halves. */
    private record Item(int start, int end, String label, String places) {
        static Item next(String text, int from) {
            int at = from;
            int end = from;
            while (true) {
                int between = text.indexOf(BETWEEN, at);
                if (end < between) {
                    end = text.indexOf(DET_END, between);
                }
                if (between < 0 || end < 0) {
                    return null;
                }
                String before = text.substring(at, between);
                int label = before.lastIndexOf(REF);
                if (label >= 0) {
                    return new Item(
                            at + label,
                            end + DET_END.length(),
                            before.substring(label + REF.length()),
                            text.substring(between + BETWEEN.length(), end));
                }
                at = between + BETWEEN.length();
            }
        }
    }
}
