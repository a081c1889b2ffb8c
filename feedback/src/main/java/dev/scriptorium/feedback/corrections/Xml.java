package dev.scriptorium.feedback.corrections;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Foreign XML, read without trust: a document type declaration is refused, so that there are no entities to expand and
 * nothing to fetch. Elements are known by their local names, because every version of the formats has a namespace of
 * its own.
 */
final class Xml {
    private Xml() {}

    /** The root element. */
    static Element parse(String place, InputStream in) throws IOException, BatchFormatException {
        try {
            DocumentBuilder builder = factory().newDocumentBuilder();
            builder.setErrorHandler(new Strict());
            return builder.parse(in).getDocumentElement();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("an XML parser that can be secured expected in every JDK", e);
        } catch (SAXParseException e) {
            throw new BatchFormatException(
                    place + " line " + e.getLineNumber() + ": XML without a DTD expected, " + e.getMessage(), e);
        } catch (SAXException e) {
            throw new BatchFormatException(place + ": XML without a DTD expected, " + e.getMessage(), e);
        }
    }

    private static DocumentBuilderFactory factory() throws ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setXIncludeAware(false);
        factory.setExpandEntityReferences(false);
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
        return factory;
    }

    /** The default one prints to standard error. */
    private static final class Strict implements ErrorHandler {
        @Override
        public void warning(SAXParseException warning) {}

        @Override
        public void error(SAXParseException error) throws SAXException {
            throw error;
        }

        @Override
        public void fatalError(SAXParseException error) throws SAXException {
            throw error;
        }
    }

    static boolean is(Element element, String name) {
        return element.getLocalName().equals(name);
    }

    /** All child elements in document order. */
    static Stream<Element> children(Element parent) {
        List<Element> children = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                children.add(element);
            }
        }
        return children.stream();
    }

    static Stream<Element> children(Element parent, String name) {
        return children(parent).filter(child -> is(child, name));
    }

    static Optional<Element> child(Element parent, String name) {
        return children(parent, name).findFirst();
    }

    /** The element and everything below it, in document order. */
    static Stream<Element> all(Element root) {
        return Stream.concat(Stream.of(root), children(root).flatMap(Xml::all));
    }
}
