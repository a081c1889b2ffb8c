package dev.scriptorium.feedback.corrections;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TranscriptReaderTest {
    private static List<Transcript> read(String xml) throws IOException, BatchFormatException {
        return TranscriptReader.read("a.xml", new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(String xml) throws IOException, BatchFormatException {
        return read(xml).get(0).text();
    }

    private static String page(String content) {
        return "<?xml version=\"1.0\"?><PcGts xmlns=\"http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15\">"
                + "<Page imageFilename=\"scan 1.tif\" imageWidth=\"9\" imageHeight=\"9\">" + content
                + "</Page></PcGts>";
    }

    private static String equiv(String text) {
        return "<TextEquiv><Unicode>" + text + "</Unicode></TextEquiv>";
    }

    @Test
    void joinsTheLinesOfPage() throws Exception {
        List<Transcript> pages = read(page("<TextRegion id='r'><TextLine id='a'>" + equiv("Grüße &amp; Küsse")
                + "</TextLine><TextLine id='b'>" + equiv(" aus Bremen ") + "</TextLine>" + equiv("the region's own")
                + "</TextRegion>"));
        assertThat(pages).containsExactly(new Transcript("scan 1.tif", 1, "Grüße & Küsse\naus Bremen"));
    }

    @Test
    void followsTheReadingOrderOfPage() throws Exception {
        assertThat(text(page("<ReadingOrder><OrderedGroup id='g'><RegionRefIndexed index='1' regionRef='a'/>"
                        + "<OrderedGroupIndexed index='0' regionRef='x'><RegionRefIndexed index='0' regionRef='c'/>"
                        + "</OrderedGroupIndexed></OrderedGroup></ReadingOrder>"
                        + "<TextRegion id='a'>" + equiv("second") + "</TextRegion>"
                        + "<TextRegion id='b'>" + equiv("last") + "</TextRegion>"
                        + "<TextRegion id='c'>" + equiv("first") + "</TextRegion>")))
                .isEqualTo("first\nsecond\nlast");
    }

    @Test
    void takesTheBestReadingAndWordsWhereALineHasNone() throws Exception {
        assertThat(text(page("<TextRegion id='r'><TextLine id='a'>"
                        + "<TextEquiv index='1'><Unicode>worse</Unicode></TextEquiv>"
                        + "<TextEquiv index='0'><Unicode>better</Unicode></TextEquiv></TextLine>"
                        + "<TextLine id='b'><Word id='w'>" + equiv("two") + "</Word><Word id='v'>" + equiv("words")
                        + "</Word></TextLine><TextLine id='c'/></TextRegion>"
                        + "<TableRegion id='t'><TextRegion id='cell'>" + equiv("cell")
                        + "</TextRegion></TableRegion>")))
                .isEqualTo("better\ntwo words\ncell");
    }

    @Test
    void readsAltoWithItsSpacesAndHyphens() throws Exception {
        List<Transcript> pages = read("""
                <alto xmlns="http://www.loc.gov/standards/alto/ns-v4#">
                <Description><sourceImageInformation><fileName> scan.png </fileName></sourceImageInformation></Description>
                <ReadingOrder><OrderedGroup ID="g"><ElementRef ID="1" REF="b2"/><ElementRef ID="2" REF="b1"/>
                </OrderedGroup></ReadingOrder>
                <Layout><Page ID="p" PHYSICAL_IMG_NR="4"><PrintSpace>
                <TextBlock ID="b1"><TextLine><String CONTENT="no"/><String CONTENT="spaces"/></TextLine></TextBlock>
                <ComposedBlock><TextBlock ID="b2"><TextLine><Shape/><String CONTENT="Ham"/><SP/><String CONTENT="bur"/>
                <HYP CONTENT="-"/></TextLine><TextLine><String CONTENT="ger"/></TextLine></TextBlock></ComposedBlock>
                </PrintSpace></Page><Page ID="q"/></Layout></alto>
                """);
        assertThat(pages)
                .containsExactly(
                        new Transcript("scan.png", 4, "Ham bur-\nger\nno spaces"), new Transcript("scan.png", 2, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no xml",
                "<PcGts>",
                "<PcGts/>",
                "<alto/>",
                "<alto><Layout/></alto>",
                "<hocr/>",
                "<PcGts><Page/></PcGts><PcGts/>",
                "<PcGts><Page>\u0001</Page></PcGts>"
            })
    void refusesWhatIsNeither(String xml) {
        assertThatThrownBy(() -> read(xml))
                .isInstanceOf(BatchFormatException.class)
                .hasMessageStartingWith("a.xml")
                .hasMessageContaining("expected");
    }

    @Test
    void expandsNoEntitiesAndFetchesNothing(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(1);
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/a.dtd";
            for (String attack : List.of(
                    "<!DOCTYPE a [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>" + page(equiv("&x;")),
                    "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>" + page(equiv("&b;")),
                    "<!DOCTYPE PcGts SYSTEM \"" + url + "\">" + page(""),
                    "<!DOCTYPE a [<!ENTITY % p SYSTEM \"" + url + "\"> %p;]>" + page(""))) {
                assertThatThrownBy(() -> read(attack.replace("<?xml version=\"1.0\"?>", "")))
                        .isInstanceOf(BatchFormatException.class)
                        .hasMessageContaining("DOCTYPE");
            }
            assertThat(text(page("<TextRegion><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='"
                            + secret.toUri() + "' parse='text'/></TextRegion>")))
                    .isEmpty();
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
