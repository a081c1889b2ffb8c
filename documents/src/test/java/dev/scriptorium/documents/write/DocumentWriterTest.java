package dev.scriptorium.documents.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.page.ReadPage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DocumentWriterTest {

    @Test
    void writesPlainTextPageByPage() throws Exception {
        assertThat(Pages.text(DocumentFormat.TEXT, Pages.everything())).isEqualTo("""
                        Việt Nam độc lập
                        ſchöne Straße daſelbſt
                        Nr. 7 & <8>
                        \fÜberschrift

                        Ein Absatz, den das Modell in einer Zeile schreibt, obwohl er auf dem Blatt in mehreren steht, mit \
                        \\( a_1 + b_1 \\) und fett.

                        Ware\tPreis & Maß
                        Ä<B, "C"

                        ohne Ort
                        \f[page 3 is missing: TIMEOUT]
                        \f
                        """);
    }

    @Test
    void keepsTheModelsMarkdownAndEscapesPlainText() throws Exception {
        String markdown = Pages.text(DocumentFormat.MARKDOWN, Pages.everything());
        assertThat(markdown)
                .contains("Việt Nam độc lập\nſchöne".replace("\n", "  \n"))
                .contains("Nr. 7 \\& \\<8\\>")
                .contains("<!-- page 2 -->\n\n# Überschrift")
                .contains(Pages.TABLE)
                .contains("<!-- page 3 is missing: TIMEOUT -->");
        ReadPage list = ReadPage.of(1, "d/1", 0, 0, "# 1. *a*", false, List.of(), Pages.ORIGIN, PageScan.NONE);
        assertThat(Pages.text(DocumentFormat.MARKDOWN, Pages.document(list))).isEqualTo("\\# 1. \\*a\\*\n");
    }

    @Test
    void writesEverythingAsJson() throws Exception {
        JsonNode json = new ObjectMapper().readTree(Pages.write(DocumentFormat.JSON, Pages.everything()));
        assertThat(json.get("documentName").asText()).isEqualTo("Akte \"7\" & <mehr>.pdf");
        assertThat(json.get("pages")).hasSize(4);
        JsonNode page = json.at("/pages/0");
        assertThat(page.get("width").asInt()).isEqualTo(1000);
        assertThat(page.at("/regions/0/lines/1/box").toString()).isEqualTo("[100,150,600,190]");
        JsonNode word = page.at("/regions/0/lines/0/words/1");
        assertThat(word.get("text").asText()).isEqualTo("Nam");
        assertThat(word.get("confidence").asDouble()).isEqualTo(0.8);
        // 16 characters share 400 pixels; "Nam" is from the sixth to the eighth
        assertThat(word.get("box").toString()).isEqualTo("[225,100,300,140]");
        assertThat(json.at("/pages/1/regions/1/kind").asText()).isEqualTo("image");
        assertThat(json.at("/pages/1/regions/4/box").isMissingNode()).isTrue();
        assertThat(json.at("/pages/1/tables/0/1").toString()).isEqualTo("[\"Ä<B, \\\"C\\\"\",\"Ä<B, \\\"C\\\"\"]");
        assertThat(json.at("/pages/2/outcome").asText()).isEqualTo("TIMEOUT");
        assertThat(json.at("/pages/3/text").asText()).isEmpty();
    }

    @Test
    void writesHocr() throws Exception {
        Document hocr = XmlFiles.parse(Pages.write(DocumentFormat.HOCR, Pages.everything()));
        assertThat(XmlFiles.withClass(hocr, "ocr_page"))
                .extracting(page -> page.getAttribute("title"))
                .containsExactly(
                        "image \"Akte '7' & <mehr>.pdf\"; bbox 0 0 1000 1400; ppageno 0",
                        "image \"Akte '7' & <mehr>.pdf\"; bbox 0 0 1000 1400; ppageno 1",
                        "ppageno 2",
                        "image \"Akte '7' & <mehr>.pdf\"; bbox 0 0 1000 1400; ppageno 3");
        List<Element> lines = XmlFiles.withClass(hocr, "ocr_line");
        assertThat(lines.get(1).getTextContent()).isEqualTo("ſchöne Straße daſelbſt");
        assertThat(lines.get(1).getAttribute("title")).isEqualTo("bbox 100 150 600 190");
        assertThat(XmlFiles.withClass(hocr, "ocrx_word").get(1).getAttribute("title"))
                .isEqualTo("bbox 225 100 300 140; x_wconf 80");
        assertThat(XmlFiles.withClass(hocr, "ocr_photo")).hasSize(1);
        assertThat(XmlFiles.withClass(hocr, "ocr_table").get(0).getTextContent())
                .contains("Ware", "Preis & Maß");
        List<String> ids = XmlFiles.elements(hocr, "*").stream()
                .map(element -> element.getAttribute("id"))
                .filter(id -> !id.isEmpty())
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void writesTablesAlone() throws Exception {
        assertThat(Pages.text(DocumentFormat.CSV, Pages.everything()))
                .isEqualTo("Ware,Preis & Maß\r\n\"Ä<B, \"\"C\"\"\",\"Ä<B, \"\"C\"\"\"\r\n");
        Document html = XmlFiles.parse(Pages.write(DocumentFormat.HTML, Pages.everything()));
        assertThat(XmlFiles.elements(html, "td"))
                .extracting(Element::getTextContent)
                .containsExactly("Ware", "Preis & Maß", "Ä<B, \"C\"");
        assertThat(XmlFiles.elements(html, "td").get(2).getAttribute("colspan")).isEqualTo("2");
        assertThat(XmlFiles.elements(html, "table").get(0).getAttribute("data-page"))
                .isEqualTo("2");
    }

    @Test
    void readsTablesWithPipesToo() throws Exception {
        ReadPage page = ReadPage.of(
                1,
                "d/1",
                0,
                0,
                "Text\n\n| a | b |\n|---|---|\n| 1 | *2* |\n\n" + Pages.TABLE,
                true,
                List.of(),
                Pages.ORIGIN,
                PageScan.NONE);
        assertThat(Pages.text(DocumentFormat.CSV, Pages.document(page))).startsWith("a,b\r\n1,2\r\n\r\nWare,");
        assertThat(Pages.text(DocumentFormat.TEXT, Pages.document(page))).startsWith("Text\n\na\tb\n1\t2\n\nWare\t");
    }

    @Test
    void runsNothingThatATableSays() throws Exception {
        ReadPage page = ReadPage.of(
                1,
                "d/1",
                0,
                0,
                "<table onload=x><tr><td><script>alert(1)</script>&lt;script&gt;&#0;</td></tr></table>",
                true,
                List.of(),
                Pages.ORIGIN,
                PageScan.NONE);
        Document html = XmlFiles.parse(Pages.write(DocumentFormat.HTML, Pages.document(page)));
        assertThat(XmlFiles.elements(html, "script")).isEmpty();
        assertThat(XmlFiles.elements(html, "td").get(0).getTextContent()).isEqualTo("alert(1)<script>\uFFFD");
    }

    @Test
    void findsFormatsByName() {
        assertThat(DocumentFormat.of(" hOCR ")).isEqualTo(DocumentFormat.HOCR);
        assertThatThrownBy(() -> DocumentFormat.of("docx"))
                .hasMessageContainingAll("text, markdown, json, hocr, alto", "'docx' found");
    }
}
