package dev.scriptorium.documents.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A PDF's metadata: what it is called, and that it is PDF/A-2b.
 *
 * @see <a href="https://www.iso.org/standard/50655.html">ISO 19005-2, 6.6</a>
 */
final class Xmp {
    private static final String BEGIN = "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n";
    private static final String END = "<?xpacket end=\"w\"?>";

    private Xmp() {}

    static byte[] packet(String title) throws IOException {
        ByteArrayOutputStream rdf = new ByteArrayOutputStream();
        XmlOut xml = new XmlOut(rdf);
        Map<String, String> meta = new LinkedHashMap<>();
        meta.put("xmlns:x", "adobe:ns:meta/");
        xml.open("x:xmpmeta", meta);
        xml.open("rdf:RDF", Map.of("xmlns:rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"));
        Map<String, String> spaces = new LinkedHashMap<>();
        spaces.put("rdf:about", "");
        spaces.put("xmlns:pdfaid", "http://www.aiim.org/pdfa/ns/id/");
        spaces.put("xmlns:dc", "http://purl.org/dc/elements/1.1/");
        spaces.put("xmlns:xmp", "http://ns.adobe.com/xap/1.0/");
        spaces.put("xmlns:pdf", "http://ns.adobe.com/pdf/1.3/");
        xml.open("rdf:Description", spaces);
        xml.element("pdfaid:part", "2");
        xml.element("pdfaid:conformance", "B");
        xml.open("dc:title");
        xml.open("rdf:Alt");
        xml.open("rdf:li", Map.of("xml:lang", "x-default"));
        xml.text(title);
        xml.close();
        xml.close();
        xml.close();
        xml.element("xmp:CreatorTool", Notes.SOFTWARE);
        xml.element("pdf:Producer", Notes.SOFTWARE);
        xml.end();
        String document = rdf.toString(StandardCharsets.UTF_8);
        String body = document.substring(document.indexOf("?>") + 2).strip();
        return (BEGIN + body + "\n" + END).getBytes(StandardCharsets.UTF_8);
    }
}
