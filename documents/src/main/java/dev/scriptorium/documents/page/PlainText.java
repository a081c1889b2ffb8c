package dev.scriptorium.documents.page;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.CustomNode;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.ListBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;

/**
 * Markdown without its marks: what a reader sees, tables row by row with tabs, pictures left out. Formulas stay as they
 * are written.
 */
final class PlainText extends AbstractVisitor {
    private static final Parser PARSER =
            Parser.builder().extensions(List.of(TablesExtension.create())).build();
    private static final Pattern FORMULA = Pattern.compile("\\\\\\(.*?\\\\\\)|\\\\\\[.*?\\\\]", Pattern.DOTALL);
    private static final Pattern TAG = Pattern.compile("</?[a-zA-Z][^<>]*>");
    /** Between two characters that no text holds: {@link Characters} has replaced them. */
    private static final Pattern KEPT = Pattern.compile("\uFDD0(\\d{1,9})\uFDD1");

    private static final Pattern BLANK_LINES = Pattern.compile("\n{3,}");

    private final StringBuilder text = new StringBuilder();

    private PlainText() {}

    static String of(String markdown) {
        List<String> kept = new ArrayList<>();
        // Neither formulas nor tables are for a reader of Markdown, which takes _ and blank lines for marks.
        String marked = Table.HTML
                .matcher(FORMULA.matcher(markdown).replaceAll(formula -> keep(kept, formula.group())))
                .replaceAll(table -> "\n\n" + keep(kept, rows(table.group())) + "\n\n");
        PlainText plain = new PlainText();
        PARSER.parse(marked).accept(plain);
        String tables = restore(plain.text.toString(), kept);
        String restored = restore(tables, kept); // a table may hold formulas
        return BLANK_LINES
                .matcher(Characters.clean(restored))
                .replaceAll("\n\n")
                .strip();
    }

    private static String keep(List<String> kept, String piece) {
        kept.add(piece);
        return "\uFDD0" + (kept.size() - 1) + "\uFDD1";
    }

    private static String restore(String text, List<String> kept) {
        return KEPT.matcher(text).replaceAll(place -> {
            int index = Integer.parseInt(place.group(1));
            // An entity may spell out what the text itself does not hold.
            return index < kept.size() ? Matcher.quoteReplacement(kept.get(index)) : "";
        });
    }

    private static String rows(String html) {
        return Table.allIn(html).stream()
                .flatMap(table -> table.rows().stream())
                .map(row ->
                        row.stream().map(cell -> cell.text().replace('\n', ' ')).collect(Collectors.joining("\t")))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void visit(Paragraph paragraph) {
        visitChildren(paragraph);
        boolean tight = paragraph.getParent() instanceof ListItem
                && paragraph.getParent().getParent() instanceof ListBlock list
                && list.isTight();
        text.append(tight ? "\n" : "\n\n");
    }

    @Override
    public void visit(ListItem item) {
        if (item.getParent() instanceof OrderedList list) {
            int number = list.getMarkerStartNumber() == null ? 1 : list.getMarkerStartNumber();
            for (Node before = item.getPrevious(); before != null; before = before.getPrevious()) {
                number++;
            }
            text.append(number).append(list.getMarkerDelimiter()).append(' ');
        } else {
            text.append("- ");
        }
        visitChildren(item);
    }

    @Override
    public void visit(Heading heading) {
        visitChildren(heading);
        text.append("\n\n");
    }

    @Override
    public void visit(Text piece) {
        text.append(piece.getLiteral());
    }

    @Override
    public void visit(Code code) {
        text.append(code.getLiteral());
    }

    @Override
    public void visit(FencedCodeBlock code) {
        text.append(code.getLiteral()).append('\n');
    }

    @Override
    public void visit(IndentedCodeBlock code) {
        text.append(code.getLiteral()).append('\n');
    }

    @Override
    public void visit(SoftLineBreak lineBreak) {
        text.append('\n');
    }

    @Override
    public void visit(HardLineBreak lineBreak) {
        text.append('\n');
    }

    @Override
    public void visit(HtmlInline html) {
        // a tag
    }

    @Override
    public void visit(HtmlBlock html) {
        text.append(TAG.matcher(html.getLiteral()).replaceAll("")).append("\n\n");
    }

    @Override
    public void visit(Image image) {
        // its text is the name of a file that nobody has
    }

    @Override
    public void visit(CustomBlock block) {
        visitChildren(block);
        text.append('\n');
    }

    @Override
    public void visit(CustomNode node) {
        visitChildren(node);
        if (node instanceof TableCell && node.getNext() != null) {
            text.append('\t');
        } else if (node instanceof TableRow) {
            text.append('\n');
        }
    }
}
