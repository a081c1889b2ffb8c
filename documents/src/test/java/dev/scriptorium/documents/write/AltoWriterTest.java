package dev.scriptorium.documents.write;

import dev.scriptorium.documents.page.PageScan;
import dev.scriptorium.documents.page.ReadPage;
import dev.scriptorium.schemas.TextRegion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.XMLConstants;
import javax.xml.transform.Source;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AltoWriterTest {
    private static Schema schema;

    @BeforeAll
    static void readSchema() throws SAXException {
        SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
        factory.setErrorHandler(XmlFiles.THROW);
        schema = factory.newSchema(new Source[] {source("xlink.xsd"), source("alto-4-4.xsd")});
    }

    private static Source source(String name) {
        // Without a system id of its own, so that the import of xlink.xsd finds what was read before it.
        return new StreamSource(AltoWriterTest.class.getResourceAsStream("/alto/" + name));
    }

    private static void validate(byte[] alto) throws IOException, SAXException {
        Validator validator = schema.newValidator();
        validator.setErrorHandler(XmlFiles.THROW);
        validator.validate(new StreamSource(new ByteArrayInputStream(alto)));
    }

    @Test
    void isValid() throws Exception {
        validate(Pages.write(DocumentFormat.ALTO, Pages.everything()));
        validate(Pages.write(DocumentFormat.ALTO, Pages.document(Pages.empty(1))));
    }

    @Test
    void isValidatedByARealSchema() {
        assertThatThrownBy(() -> validate(("<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\"><Layout>"
                                + "<Page ID=\"a\"/></Layout></alto>")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(SAXException.class)
                .hasMessageContaining("PHYSICAL_IMG_NR");
    }

    @Test
    void keepsLinesWordsAndPlaces() throws Exception {
        Document alto = XmlFiles.parse(Pages.write(DocumentFormat.ALTO, Pages.document(Pages.lines(PageScan.NONE))));
        assertThat(XmlFiles.elements(alto, "TextLine"))
                .extracting(AltoWriterTest::text)
                .containsExactly("Việt Nam độc lập", "ſchöne Straße daſelbſt", "Nr. 7 & <8>");
        assertThat(XmlFiles.elements(alto, "TextBlock")).hasSize(2); // the third line stands far below
        Element line = XmlFiles.elements(alto, "TextLine").get(1);
        assertThat(List.of(
                        line.getAttribute("HPOS"),
                        line.getAttribute("VPOS"),
                        line.getAttribute("WIDTH"),
                        line.getAttribute("HEIGHT")))
                .containsExactly("100", "150", "500", "40");
        assertThat(XmlFiles.elements(alto, "String").get(1).getAttribute("WC")).isEqualTo("0.8000");
    }

    private static String text(Element line) {
        StringBuilder text = new StringBuilder();
        for (Node piece = line.getFirstChild(); piece != null; piece = piece.getNextSibling()) {
            text.append(piece.getLocalName().equals("SP") ? " " : ((Element) piece).getAttribute("CONTENT"));
        }
        return text.toString();
    }

    @Test
    void namesLayoutClassesAndLeavesOutPlacesNobodyKnows() throws Exception {
        Document alto = XmlFiles.parse(Pages.write(DocumentFormat.ALTO, Pages.document(Pages.blocks(PageScan.NONE))));
        assertThat(XmlFiles.elements(alto, "ComposedBlock"))
                .extracting(block -> block.getAttribute("TYPE"))
                .containsExactly("title", "table");
        assertThat(XmlFiles.elements(alto, "Illustration"))
                .extracting(block -> block.getAttribute("TYPE"))
                .containsExactly("image");
        Element unplaced = XmlFiles.elements(alto, "TextLine").stream()
                .filter(line -> text(line).equals("ohne Ort"))
                .findFirst()
                .orElseThrow();
        assertThat(unplaced.hasAttribute("HPOS")).isFalse();
    }

    @Test
    void saysWhichPageIsMissingAndWhy() throws Exception {
        Document alto = XmlFiles.parse(Pages.write(DocumentFormat.ALTO, Pages.everything()));
        Element missing = XmlFiles.elements(alto, "Page").get(2);
        assertThat(missing.getAttribute("QUALITY")).isEqualTo("Missing");
        assertThat(missing.getAttribute("QUALITY_DETAIL")).isEqualTo("TIMEOUT");
        assertThat(missing.getAttribute("PHYSICAL_IMG_NR")).isEqualTo("3");
    }

    /** Every kind of character, halves of surrogate pairs among them, in every place where text goes. */
    @Test
    void staysValidWhateverTheTextHolds() throws Exception {
        long seed = 20261121;
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            String text = IntStream.range(0, 40)
                    .mapToObj(i -> String.valueOf(
                            (char) (random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(0x80))))
                    .collect(Collectors.joining());
            TextRegion region = new TextRegion(
                    random.nextInt(),
                    random.nextInt(),
                    random.nextInt(),
                    random.nextInt(),
                    text,
                    text,
                    7.0,
                    List.of(-1.0));
            ReadPage page = ReadPage.of(
                    1,
                    text,
                    random.nextInt(2) * 99,
                    99,
                    text + "\n" + text,
                    random.nextBoolean(),
                    List.of(region),
                    new ReadPage.Origin(text, Double.NaN, text, text, text, 90 * random.nextInt(5)),
                    PageScan.NONE);
            try {
                validate(Pages.write(DocumentFormat.ALTO, Pages.document(page)));
                XmlFiles.parse(Pages.write(DocumentFormat.HOCR, Pages.document(page)));
                XmlFiles.parse(Pages.write(DocumentFormat.HTML, Pages.document(page)));
                new com.fasterxml.jackson.databind.ObjectMapper()
                        .readTree(Pages.write(DocumentFormat.JSON, Pages.document(page)));
                Pages.write(DocumentFormat.MARKDOWN, Pages.document(page));
                Pages.write(DocumentFormat.TEXT, Pages.document(page));
                Pages.write(DocumentFormat.CSV, Pages.document(page));
            } catch (IOException | SAXException | RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }
}
