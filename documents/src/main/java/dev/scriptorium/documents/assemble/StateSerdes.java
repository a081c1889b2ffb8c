package dev.scriptorium.documents.assemble;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * How the assembly's own records are kept in its stores and between its steps. They begin with a version, so that a later
 * program can tell them apart; they are no part of the wire contract.
 */
final class StateSerdes {
    private static final int VERSION = 1;

    private StateSerdes() {}

    static Serde<PageNews> news() {
        return serde(StateSerdes::write, StateSerdes::readNews);
    }

    static Serde<DocumentState> documents() {
        return serde(StateSerdes::write, StateSerdes::readDocument);
    }

    private static void write(PageNews news, DataOutputStream out) throws IOException {
        out.writeUTF(news.kind().name());
        out.writeInt(news.number());
        out.writeInt(news.pageCount());
        out.writeInt(news.partition());
        out.writeLong(news.offset());
        out.writeUTF(news.code());
        out.writeUTF(news.documentName());
        out.writeLong(news.timestamp());
    }

    private static PageNews readNews(DataInputStream in) throws IOException {
        return new PageNews(
                PageNews.Kind.valueOf(in.readUTF()),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readUTF(),
                in.readUTF(),
                in.readLong());
    }

    private static void write(DocumentState state, DataOutputStream out) throws IOException {
        out.writeUTF(state.name());
        out.writeInt(state.pageCount());
        out.writeLong(state.countedAt());
        out.writeInt(state.read());
        out.writeInt(state.failed());
        out.writeLong(state.changedAt());
        out.writeInt(state.revision());
        out.writeUTF(state.published().name());
    }

    private static DocumentState readDocument(DataInputStream in) throws IOException {
        return new DocumentState(
                in.readUTF(),
                in.readInt(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readInt(),
                DocumentState.Published.valueOf(in.readUTF()));
    }

    private interface Writer<T> {
        void write(T value, DataOutputStream out) throws IOException;
    }

    private interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    private static <T> Serde<T> serde(Writer<T> writer, Reader<T> reader) {
        return Serdes.serdeFrom(
                (topic, value) -> value == null ? null : bytes(value, writer),
                (topic, bytes) -> bytes == null ? null : value(topic, bytes, reader));
    }

    private static <T> byte[] bytes(T value, Writer<T> writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writer.write(value, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static <T> T value(String topic, byte[] bytes, Reader<T> reader) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IllegalStateException(topic + ": state of version " + VERSION + " expected, " + version
                        + " found; it was written by a later program");
            }
            return reader.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(topic + ": state of " + bytes.length + " bytes cannot be read", e);
        }
    }
}
