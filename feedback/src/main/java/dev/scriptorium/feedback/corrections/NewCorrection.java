package dev.scriptorium.feedback.corrections;

import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A correction on its way in. Line ends become LF; a rejected page has no text.
 *
 * @param pageId {@code <documentId>/<page number>}
 * @param text the true text of the whole page; of an accepted page empty if it is as recognized
 * @param reviewer who says so; empty if nobody gave a name
 * @param recognition the record of {@code ocr.recognitions} that the reviewer saw
 * @param modelDigest model of that recognition; empty if unknown
 * @param adapterId its adapter; empty for the base model or if unknown
 * @param note remark for people
 * @param correctedAt when the reviewer said so; now if not given
 */
public record NewCorrection(
        String pageId,
        String text,
        Verdict verdict,
        String reviewer,
        Optional<SourceOffset> recognition,
        String modelDigest,
        String adapterId,
        String note,
        Optional<Instant> correctedAt) {
    private static final Pattern PAGE_ID = Pattern.compile("[^\\p{Cntrl}]{1,1000}/[1-9][0-9]{0,8}");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\\n\\t]]");
    private static final int MAX_NAME_CHARS = 200;
    private static final int MAX_NOTE_CHARS = 10_000;
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    /** @throws IllegalArgumentException if it is not one; the message names field, expectation and value */
    public NewCorrection {
        check(PAGE_ID.matcher(pageId).matches(), "pageId", "<documentId>/<page number>", shown(pageId));
        Objects.requireNonNull(verdict, "verdict");
        text = verdict == Verdict.REJECTED ? "" : text.replace("\r\n", "\n").replace('\r', '\n');
        var control = CONTROL.matcher(text);
        check(
                !control.find(),
                "text",
                "no control characters but line feeds and tabs",
                () -> String.format("U+%04X", (int) control.group().charAt(0)));
        check(
                reviewer.length() <= MAX_NAME_CHARS,
                "reviewer",
                "at most " + MAX_NAME_CHARS + " characters",
                () -> reviewer.length() + " characters");
        check(
                note.length() <= MAX_NOTE_CHARS,
                "note",
                "at most " + MAX_NOTE_CHARS + " characters",
                () -> note.length() + " characters");
        Objects.requireNonNull(recognition, "recognition");
        Objects.requireNonNull(modelDigest, "modelDigest");
        Objects.requireNonNull(adapterId, "adapterId");
        Objects.requireNonNull(correctedAt, "correctedAt");
    }

    private static void check(boolean holds, String field, String expected, Supplier<String> found) {
        if (!holds) {
            throw new IllegalArgumentException(field + ": " + expected + " expected, " + found.get() + " found");
        }
    }

    private static Supplier<String> shown(String value) {
        return () -> value.length() <= MAX_NAME_CHARS ? "'" + value + "'" : value.length() + " characters";
    }

    /** The text of a page, with nothing known about its recognition. */
    public static NewCorrection edited(String pageId, String text, String reviewer) {
        return new NewCorrection(
                pageId, text, Verdict.EDITED, reviewer, Optional.empty(), "", "", "", Optional.empty());
    }

    /** The same, said by somebody else. */
    public NewCorrection by(String name) {
        return new NewCorrection(pageId, text, verdict, name, recognition, modelDigest, adapterId, note, correctedAt);
    }

    /**
     * The record.
     *
     * @param maxBytes most bytes of text
     * @throws IllegalArgumentException if the text is longer or the time has not come yet
     */
    Correction record(Clock clock, int maxBytes) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        check(bytes <= maxBytes, "text", "at most " + maxBytes + " bytes", () -> bytes + " bytes");
        Instant now = clock.instant();
        Instant at = correctedAt.orElse(now);
        check(!at.isAfter(now.plus(CLOCK_SKEW)), "correctedAt", "a time not after " + now, at::toString);
        check(!at.isBefore(Instant.EPOCH), "correctedAt", "a time after 1970", at::toString);
        return Correction.newBuilder()
                .setPageId(pageId)
                .setText(text)
                .setVerdict(verdict)
                .setReviewer(reviewer)
                .setRecognition(recognition.orElse(null))
                .setModelDigest(modelDigest)
                .setAdapterId(adapterId)
                .setNote(note)
                .setCorrectedAt(at)
                .build();
    }
}
