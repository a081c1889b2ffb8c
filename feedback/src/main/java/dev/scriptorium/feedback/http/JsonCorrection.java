package dev.scriptorium.feedback.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptorium.feedback.corrections.NewCorrection;
import dev.scriptorium.feedback.corrections.Verdicts;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.http.Problem;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.stream.Collectors;

/** A correction as the body of a request. */
record JsonCorrection(
        String pageId,
        String text,
        String verdict,
        String reviewer,
        Place recognition,
        String modelDigest,
        String adapterId,
        String note,
        String correctedAt) {
    private static final ObjectReader READER = JsonMapper.builder()
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonCorrection.class);

    /** Where a recognition lies. */
    record Place(String topic, Integer partition, Long offset) {
        private SourceOffset source() {
            if (topic == null || partition == null || offset == null) {
                throw new Problem(Problem.Code.INVALID, "recognition: topic, partition and offset expected");
            }
            return new SourceOffset(topic, partition, offset);
        }
    }

    static JsonCorrection read(byte[] body) throws IOException {
        JsonCorrection read;
        try {
            read = READER.readValue(body);
        } catch (UnrecognizedPropertyException e) {
            String known = e.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new Problem(Problem.Code.INVALID, e.getPropertyName() + ": one of " + known + " expected", e);
        } catch (JsonProcessingException e) {
            throw new Problem(
                    Problem.Code.INVALID, "body: JSON of a correction expected, " + e.getOriginalMessage(), e);
        }
        if (read == null) {
            throw new Problem(Problem.Code.INVALID, "body: JSON of a correction expected, null found");
        }
        return read;
    }

    /** @throws IllegalArgumentException if a field is missing or wrong */
    NewCorrection correction(Gatekeeper.Caller caller) {
        if (pageId == null) {
            throw new IllegalArgumentException("pageId: a page expected, none found");
        }
        if (text == null && verdict == null) {
            throw new IllegalArgumentException(
                    "text: the true text of the page, or a verdict, expected, neither found");
        }
        return new NewCorrection(
                pageId,
                or(text),
                Verdicts.parse(verdict == null ? "EDITED" : verdict),
                caller.reviewer(or(reviewer)),
                Optional.ofNullable(recognition).map(Place::source),
                or(modelDigest),
                or(adapterId),
                or(note),
                Optional.ofNullable(correctedAt).map(JsonCorrection::time));
    }

    private static String or(String text) {
        return text == null ? "" : text;
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "correctedAt: a time such as 2026-11-20T14:05:06Z expected, '" + text + "' found", e);
        }
    }
}
