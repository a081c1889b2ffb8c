package dev.scriptorium.feedback.labels;

import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.SourceOffset;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Keeps ballots in state stores. Every correction in one is written as it is on its topic, with the id of its schema:
 * a store outlives a change of the schema.
 */
record BallotSerde(String topic, Serde<Correction> corrections) implements Serde<Ballot> {

    @Override
    public Serializer<Ballot> serializer() {
        return (store, ballot) -> ballot == null ? null : write(ballot);
    }

    @Override
    public Deserializer<Ballot> deserializer() {
        return (store, bytes) -> bytes == null ? null : read(bytes);
    }

    private byte[] write(Ballot ballot) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(ballot.withdrawn().isPresent());
            if (ballot.withdrawn().isPresent()) {
                out.writeLong(ballot.withdrawn().get().timestamp());
                out.writeLong(ballot.withdrawn().get().offset());
            }
            out.writeInt(ballot.votes().size());
            for (Vote vote : ballot.votes()) {
                byte[] correction = corrections.serializer().serialize(topic, vote.correction());
                out.writeLong(vote.timestamp());
                out.writeInt(vote.source().getPartition());
                out.writeLong(vote.source().getOffset());
                out.writeInt(correction.length);
                out.write(correction);
            }
        } catch (IOException e) {
            throw new SerializationException("a ballot of " + topic + " cannot be written", e);
        }
        return bytes.toByteArray();
    }

    private Ballot read(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            Optional<Ballot.Withdrawal> withdrawn = in.readBoolean()
                    ? Optional.of(new Ballot.Withdrawal(in.readLong(), in.readLong()))
                    : Optional.empty();
            int count = in.readInt();
            List<Vote> votes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long timestamp = in.readLong();
                SourceOffset source = new SourceOffset(topic, in.readInt(), in.readLong());
                byte[] correction = in.readNBytes(in.readInt());
                votes.add(new Vote(corrections.deserializer().deserialize(topic, correction), source, timestamp));
            }
            return new Ballot(votes, withdrawn);
        } catch (IOException e) {
            throw new SerializationException("a ballot of " + topic + ": " + bytes.length + " bytes are none", e);
        }
    }
}
