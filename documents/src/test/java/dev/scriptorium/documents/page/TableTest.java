package dev.scriptorium.documents.page;

import dev.scriptorium.documents.page.Table.Cell;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TableTest {
    private static Table only(String html) {
        List<Table> tables = Table.allIn(html);
        assertThat(tables).hasSize(1);
        return tables.get(0);
    }

    @Test
    void readsRowsAndCells() {
        Table table = only("x <table><tr><th>Name</th><td>Sum</td></tr>\n<tr><td>a</td><td>1</td></tr></table> y");
        assertThat(table.rows())
                .containsExactly(
                        List.of(new Cell("Name", true, 1, 1), new Cell("Sum", false, 1, 1)),
                        List.of(new Cell("a", false, 1, 1), new Cell("1", false, 1, 1)));
    }

    @Test
    void spreadsSpansOverTheGrid() {
        Table table = only("<table><tr><td rowspan=\"2\">a</td><td colspan='2'>b</td></tr>"
                + "<tr><td>c</td><td>d</td></tr><tr><td>e</td></tr></table>");
        assertThat(table.grid()).containsExactly(List.of("a", "b", "b"), List.of("a", "c", "d"), List.of("e", "", ""));
    }

    @Test
    void closesWhatTheModelLeftOpen() {
        Table table = only("<table><tr><td>a<td>b<tr><td>c</tr><tr><td>d");
        assertThat(table.grid()).containsExactly(List.of("a", "b"), List.of("c", ""), List.of("d", ""));
    }

    @Test
    void readsCellsOutsideRows() {
        assertThat(only("<table><td>a</td><td>b</td></table>").grid()).containsExactly(List.of("a", "b"));
    }

    @Test
    void replacesTagsAndEntitiesInText() {
        Table table = only(
                "<TABLE border=1><TR><TD>1 &lt; 2 &amp; <b>3</b><br/>&#65;&#x42; &bogus; &#9999999;</TD></TR></TABLE>");
        assertThat(table.grid()).containsExactly(List.of("1 < 2 & 3\nAB &bogus; &#9999999;"));
    }

    @Test
    void readsSeveralTables() {
        assertThat(Table.allIn("<table><tr><td>a</td></tr></table> and <table><tr><td>b</td></tr></table>"))
                .extracting(table -> table.grid().get(0).get(0))
                .containsExactly("a", "b");
    }

    @Test
    void findsNoTableWhereThereIsNone() {
        assertThat(Table.allIn("no <td>cell</td> outside a table, and <table></table> an empty one"))
                .isEmpty();
    }

    @Test
    void boundsSpans() {
        Table table = only("<table><tr><td colspan=\"999999999\" rowspan=\"0\">a</td></tr></table>");
        assertThat(table.rows().get(0)).containsExactly(new Cell("a", false, Table.MAX_SPAN, 1));
        assertThat(table.grid().get(0)).hasSize(Table.MAX_SPAN);
    }
}
