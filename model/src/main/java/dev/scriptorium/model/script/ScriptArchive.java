package dev.scriptorium.model.script;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript text and constants into the zip archive that libtorch loads: version, code, and a
 * pickle (protocol 2) with the attributes' values.
 */
final class ScriptArchive {
    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

    private ScriptArchive() {}

    /**
     * Writes an archive.
     *
     * @param constants values of all attributes that are neither {@code List[Tensor]} nor dictionaries; those start empty
     */
    static byte[] pack(ScriptSource source, Map<String, Object> constants) {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            put(zip, "model/version", "10\n".getBytes(StandardCharsets.US_ASCII));
            put(zip, "model/code/__torch__.py", source.code().getBytes(StandardCharsets.UTF_8));
            put(zip, "model/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            put(zip, "model/data.pkl", new ScriptArchive().pickle(source, constants));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private byte[] pickle(ScriptSource source, Map<String, Object> constants) {
        opcodes(0x80, 2);
        text("c__torch__\nModel\n)");
        opcodes(0x81);
        text("}(");
        source.attributes().forEach((name, type) -> {
            unicode(name);
            if (type.equals("List[Tensor]")) {
                text("ctorch.jit._pickle\nbuild_tensorlist\n(](etR");
            } else if (type.startsWith("Dict[")) {
                text("}");
            } else {
                value(name, type, constants.get(name));
            }
        });
        text("ub.");
        return pickle.toByteArray();
    }

    private void value(String name, String type, Object value) {
        if (value instanceof Boolean flag && type.equals("bool")) {
            opcodes(flag ? 0x88 : 0x89);
        } else if (value instanceof Integer number && type.equals("int")) {
            integer(number);
        } else if (value instanceof Double number && type.equals("float")) {
            opcodes('G');
            pickle.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
        } else if (value instanceof List<?> list && type.equals("List[int]")) {
            text("ctorch.jit._pickle\nbuild_intlist\n(](");
            list.forEach(element -> integer((Integer) element));
            text("etR");
        } else {
            throw new IllegalStateException(
                    "attribute " + name + ": a constant of type " + type + " expected, " + value + " found");
        }
    }

    private void integer(int number) {
        opcodes('J');
        pickle.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array());
    }

    private void unicode(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        opcodes('X');
        pickle.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .array());
        pickle.writeBytes(bytes);
    }

    private void opcodes(int... codes) {
        for (int code : codes) {
            pickle.write(code);
        }
    }

    private void text(String opcodes) {
        pickle.writeBytes(opcodes.getBytes(StandardCharsets.US_ASCII));
    }
}
