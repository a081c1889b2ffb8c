package dev.scriptorium.documents.page;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.text.TextContentRenderer;

/** Finds the tables of a text: those in HTML, and those with pipes as GitHub's Markdown has them. */
final class Tables {
    private static final Parser PARSER =
            Parser.builder().extensions(List.of(TablesExtension.create())).build();
    private static final TextContentRenderer CELLS =
            TextContentRenderer.builder().build();

    private Tables() {}

    static List<Table> in(String text) {
        List<Table> tables = new ArrayList<>();
        Matcher html = Table.HTML.matcher(text);
        int at = 0;
        while (html.find()) {
            tables.addAll(withPipes(text.substring(at, html.start())));
            tables.addAll(Table.allIn(html.group()));
            at = html.end();
        }
        tables.addAll(withPipes(text.substring(at)));
        return tables;
    }

    private static List<Table> withPipes(String markdown) {
        if (markdown.indexOf('|') < 0) {
            return List.of();
        }
        Collector collector = new Collector();
        PARSER.parse(markdown).accept(collector);
        return collector.tables;
    }

    private static final class Collector extends AbstractVisitor {
        private final List<Table> tables = new ArrayList<>();
        private List<List<Table.Cell>> rows = new ArrayList<>();

        @Override
        public void visit(CustomBlock block) {
            if (block instanceof TableBlock) {
                rows = new ArrayList<>();
                visitChildren(block);
                tables.add(new Table(rows));
            } else {
                visitChildren(block);
            }
        }

        @Override
        public void visit(CustomNode node) {
            if (!(node instanceof TableRow)) {
                visitChildren(node);
                return;
            }
            List<Table.Cell> row = new ArrayList<>();
            for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
                TableCell cell = (TableCell) child;
                row.add(new Table.Cell(text(cell), cell.isHeader(), 1, 1));
            }
            rows.add(row);
        }

        private static String text(TableCell cell) {
            StringBuilder text = new StringBuilder();
            for (Node child = cell.getFirstChild(); child != null; child = child.getNext()) {
                text.append(CELLS.render(child));
            }
            return Characters.clean(text.toString()).strip();
        }
    }
}
