package dev.scriptorium.ingest;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.graphics.color.PDDeviceGray;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.image.CCITTFactory;
import org.apache.pdfbox.pdmodel.graphics.image.JPEGFactory;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;

/** PDF files for tests, made in memory: pages of one square inch unless said otherwise. */
final class Pdfs {
    static final float INCH = 72;

    /** A black square in the upper left quarter. */
    static final String SQUARE = "0 36 36 36 re f\n";

    private final PDDocument pdf = new PDDocument();

    /** Adds a page with these drawing operators. */
    Pdfs page(String operators) throws IOException {
        return page(operators, new PDResources(), page -> {});
    }

    Pdfs page(String operators, PDResources resources, Consumer<PDPage> settings) throws IOException {
        PDPage page = new PDPage(new PDRectangle(INCH, INCH));
        page.setResources(resources);
        PDStream content = new PDStream(pdf);
        try (OutputStream out = content.createOutputStream(COSName.FLATE_DECODE)) {
            out.write(operators.getBytes(StandardCharsets.US_ASCII));
        }
        page.setContents(content);
        settings.accept(page);
        pdf.addPage(page);
        return this;
    }

    /** Adds a page that is filled by a picture. */
    Pdfs picture(PDImageXObject image) throws IOException {
        PDResources resources = new PDResources();
        COSName name = resources.add(image);
        return page("72 0 0 72 0 0 cm /" + name.getName() + " Do\n", resources, page -> {});
    }

    Pdfs jpeg(BufferedImage image) throws IOException {
        return picture(JPEGFactory.createFromImage(pdf, image));
    }

    Pdfs fax(BufferedImage image) throws IOException {
        return picture(CCITTFactory.createFromImage(pdf, image));
    }

    /** Bytes of a format that a PDF may hold as they are. */
    Pdfs encoded(byte[] bytes, COSName filter, int width, int height, int bits) throws IOException {
        InputStream in = new ByteArrayInputStream(bytes);
        return picture(new PDImageXObject(pdf, in, filter, width, height, bits, PDDeviceGray.INSTANCE));
    }

    /** A black and white picture as JBIG2: one region in the coding of fax machines, which the format allows. */
    Pdfs jbig2(BufferedImage image) throws IOException {
        byte[] fax;
        try (InputStream in =
                CCITTFactory.createFromImage(pdf, image).getCOSObject().createRawInputStream()) {
            fax = in.readAllBytes();
        }
        ByteBuffer file = ByteBuffer.allocate(100 + fax.length);
        file.putInt(0).put((byte) 48).put((byte) 0).put((byte) 1).putInt(19); // page information
        file.putInt(image.getWidth()).putInt(image.getHeight()).putInt(0).putInt(0);
        file.put((byte) 0).putShort((short) 0);
        file.putInt(1).put((byte) 38).put((byte) 0).put((byte) 1).putInt(18 + fax.length); // generic region
        file.putInt(image.getWidth())
                .putInt(image.getHeight())
                .putInt(0)
                .putInt(0)
                .put((byte) 0);
        file.put((byte) 1).put(fax); // 1: as fax machines do it
        byte[] bytes = new byte[file.flip().remaining()];
        file.get(bytes);
        return encoded(bytes, COSName.JBIG2_DECODE, image.getWidth(), image.getHeight(), 1);
    }

    /** A page of forms that each draw the next ten times: a few hundred bytes, and work without end. */
    Pdfs endless() throws IOException {
        PDResources inner = new PDResources();
        String operators = SQUARE;
        for (int depth = 0; depth < 20; depth++) {
            PDFormXObject form = new PDFormXObject(pdf);
            form.setBBox(new PDRectangle(INCH, INCH));
            form.setResources(inner);
            try (OutputStream out = form.getContentStream().createOutputStream()) {
                out.write(operators.getBytes(StandardCharsets.US_ASCII));
            }
            inner = new PDResources();
            operators = ("/" + inner.add(form).getName() + " Do\n").repeat(10);
        }
        return page(operators, inner, page -> {});
    }

    /** A picture that is a few kilobytes here and two gigabytes when it is drawn. */
    Pdfs bomb() throws IOException {
        PDStream stream = new PDStream(pdf);
        try (OutputStream out = stream.createOutputStream(COSName.FLATE_DECODE)) {
            byte[] white = new byte[1 << 20];
            for (int i = 0; i < 300; i++) {
                out.write(white);
            }
        }
        COSDictionary dictionary = stream.getCOSObject();
        dictionary.setItem(COSName.TYPE, COSName.XOBJECT);
        dictionary.setItem(COSName.SUBTYPE, COSName.IMAGE);
        dictionary.setInt(COSName.WIDTH, 30_000);
        dictionary.setInt(COSName.HEIGHT, 30_000);
        dictionary.setInt(COSName.BITS_PER_COMPONENT, 8);
        dictionary.setItem(COSName.COLORSPACE, COSName.DEVICEGRAY);
        return picture(new PDImageXObject(stream, new PDResources()));
    }

    Pdfs encrypt(String password) throws IOException {
        StandardProtectionPolicy policy = new StandardProtectionPolicy("owner", password, new AccessPermission());
        policy.setEncryptionKeyLength(256);
        pdf.protect(policy);
        return this;
    }

    byte[] bytes() {
        try (pdf) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            pdf.save(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
