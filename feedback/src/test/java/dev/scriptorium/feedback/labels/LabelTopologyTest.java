package dev.scriptorium.feedback.labels;

import dev.scriptorium.feedback.PlausibilityCheck;
import dev.scriptorium.schemas.Correction;
import dev.scriptorium.schemas.DeadLetter;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.QuarantinedLabel;
import dev.scriptorium.schemas.SourceOffset;
import dev.scriptorium.schemas.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.scriptorium.feedback.labels.Driver.START;
import static dev.scriptorium.feedback.labels.Driver.correction;
import static dev.scriptorium.feedback.labels.Driver.edited;
import static dev.scriptorium.feedback.labels.Driver.recognition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

class LabelTopologyTest {
    private static final String PAGE = "doc/1";

    @TempDir
    Path folder;

    private Driver driver;

    private Driver start(LabelRules rules, PlausibilityCheck check) {
        driver = new Driver(folder, rules, check);
        return driver;
    }

    private Driver start() {
        return start(LabelRules.DEFAULT, PlausibilityCheck.NONE);
    }

    private Driver startWithQuorum(int quorum) {
        return start(
                new LabelRules(quorum, OptionalDouble.empty(), 2, LabelRules.DEFAULT.history()),
                PlausibilityCheck.NONE);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    private static Instant days(int days) {
        return START.plus(Duration.ofDays(days));
    }

    private List<String> texts() {
        return driver.labels().stream()
                .map(label -> label.value == null ? "-" : label.value.getTrueText())
                .toList();
    }

    private List<String> doubts() {
        return driver.quarantined().stream()
                .map(label -> label.value == null ? "-" : label.value.getReason())
                .toList();
    }

    @Test
    void joinsACorrectionWithItsRecognition() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));

        KeyValue<String, LabeledPage> label = driver.labeled.readKeyValue();
        assertThat(label.key).isEqualTo(PAGE);
        LabeledPage page = label.value;
        assertThat(page.getPageId()).isEqualTo(PAGE);
        assertThat(page.getDocumentId()).isEqualTo("doc");
        assertThat(page.getDomain()).isEqualTo("library");
        assertThat(page.getRecognizedText()).isEqualTo("Gruße");
        assertThat(page.getTrueText()).isEqualTo("Grüße");
        assertThat(page.getVerdict()).isEqualTo(Verdict.EDITED);
        assertThat(page.getReviewer()).isEqualTo("Zoë");
        assertThat(page.getReviewers()).containsExactly("Zoë");
        assertThat(page.getModelDigest()).isEqualTo("model");
        assertThat(page.getAdapterId()).isEqualTo("adapter");
        assertThat(page.getSource()).isEqualTo(new SourceOffset("ocr.pages", 0, 41L));
        assertThat(page.getRecognition()).contains(new SourceOffset("ocr.recognitions", 0, 0L));
        assertThat(page.getCorrection()).contains(new SourceOffset("ocr.corrections", 0, 0L));
        assertThat(driver.labels()).isEmpty();
        assertThat(doubts()).isEmpty();
    }

    @Test
    void waitsForARecognitionThatComesAfterItsCorrection() {
        start().corrected(edited(PAGE, "Zoë", "Grüße"), START);
        assertThat(texts()).isEmpty();
        driver.recognized(recognition(PAGE, "Gruße"), days(3));
        assertThat(texts()).containsExactly("Grüße");
    }

    @Test
    void takesACorrectionThatIsDaysLate() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.recognized(recognition("other/1", "x"), days(40));
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(2));
        assertThat(texts()).containsExactly("Grüße");
    }

    @Test
    void ignoresAnOlderCorrectionThatArrivesAfterANewerOne() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "new"), days(2));
        driver.corrected(edited(PAGE, "Max", "old"), days(1));
        driver.corrected(edited(PAGE, "Zoë", "older"), days(1));
        assertThat(texts()).containsExactly("new");
    }

    @Test
    void ignoresAnOlderRecognitionThatArrivesAfterANewerOne() {
        start().recognized(recognition(PAGE, "new"), days(2));
        driver.recognized(recognition(PAGE, "old"), days(1));
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(3));
        assertThat(driver.labels())
                .extracting(label -> label.value.getRecognizedText())
                .containsExactly("new");
    }

    @Test
    void losesNothingThatIsOlderThanItsHistory() {
        start().recognized(recognition("other/1", "x"), days(4000));
        driver.recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        assertThat(texts()).containsExactly("Grüße");
        driver.corrected(edited(PAGE, "Zoë", "older"), START);
        driver.corrected(edited(PAGE, "Zoë", "newer"), days(2));
        assertThat(texts()).containsExactly("newer");
    }

    @Test
    void saysARepetitionOnlyOnce() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(2));
        assertThat(texts()).containsExactly("Grüße");
    }

    @Test
    void joinsANewRecognitionWithTheOldCorrection() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        driver.recognized(recognition(PAGE, "Gräße"), days(2));
        assertThat(driver.labels())
                .extracting(label -> label.value.getRecognizedText() + " " + label.value.getTrueText())
                .containsExactly("Gruße Grüße", "Gräße Grüße");
    }

    @Test
    void withdrawsALabelOnce() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        driver.withdrawn(PAGE, days(2));
        driver.withdrawn(PAGE, days(3));
        assertThat(texts()).containsExactly("Grüße", "-");
        assertThat(driver.counts.withdrawn()).isEqualTo(1);
    }

    @Test
    void doesNotBringBackWhatWasWithdrawn() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.withdrawn(PAGE, days(2));
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        assertThat(texts()).isEmpty();
        driver.corrected(edited(PAGE, "Zoë", "Grüße!"), days(3));
        assertThat(texts()).containsExactly("Grüße!");
    }

    @Test
    void withdrawsNothingThatWasSaidLater() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(3));
        driver.withdrawn(PAGE, days(2));
        assertThat(texts()).containsExactly("Grüße");
    }

    @Test
    void takesALabelBackWhenItsRecognitionIsForgotten() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        driver.recognitions.pipeInput(PAGE, null, days(2));
        assertThat(texts()).containsExactly("Grüße", "-");
    }

    @Test
    void learnsNothingFromARejectedPage() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(correction(PAGE, "Zoë", "", Verdict.REJECTED), days(1));
        assertThat(texts()).isEmpty();
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(2));
        driver.corrected(correction(PAGE, "Max", "", Verdict.REJECTED), days(3));
        assertThat(texts()).containsExactly("Grüße", "-");
        assertThat(doubts()).isEmpty();
    }

    @Test
    void countsAnAcceptedTextAsTruth() {
        start().recognized(recognition(PAGE, "Grüße"), START);
        driver.corrected(correction(PAGE, "Zoë", "Grüße", Verdict.ACCEPTED), days(1));
        LabeledPage label = driver.labeled.readValue();
        assertThat(label.getTrueText()).isEqualTo("Grüße");
        assertThat(label.getVerdict()).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void keepsTheAcceptedTextWhenThePageIsReadAgain() {
        start().recognized(recognition(PAGE, "Grüße"), START);
        driver.corrected(correction(PAGE, "Zoë", "Grüße", Verdict.ACCEPTED), days(1));
        driver.recognized(recognition(PAGE, "Gräße"), days(2));
        assertThat(texts()).containsExactly("Grüße", "Grüße");
    }

    @Test
    void fillsInTheTextOfAnAcceptanceThatHasNone() {
        start().recognized(recognition(PAGE, "Grüße"), START);
        driver.corrected(correction(PAGE, "Zoë", "", Verdict.ACCEPTED), days(1));
        assertThat(texts()).containsExactly("Grüße");
    }

    @Test
    void doubtsAnAcceptanceOfARecognitionThatWasReplaced() {
        start().recognized(recognition(PAGE, "Grüße"), START);
        Correction seen = Correction.newBuilder(correction(PAGE, "Zoë", "", Verdict.ACCEPTED))
                .setRecognition(new SourceOffset("ocr.recognitions", 0, 0L))
                .build();
        driver.corrected(seen, days(1));
        driver.recognized(recognition(PAGE, "Gräße"), days(2));
        assertThat(texts()).containsExactly("Grüße", "-");
        assertThat(doubts()).containsExactly("STALE_ACCEPTANCE");
    }

    @Test
    void holdsALabelBackUntilTwoReviewersAgree() {
        startWithQuorum(2).recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(2));
        assertThat(texts()).isEmpty();
        QuarantinedLabel held = driver.quarantine.readValue();
        assertThat(held.getReason()).isEqualTo("NO_QUORUM");
        assertThat(held.getDetail()).isEqualTo("2 reviewers who say the same expected, 1 found");
        assertThat(held.getLabel().getTrueText()).isEqualTo("Grüße");

        driver.corrected(edited(PAGE, "Max", "Gru\u0308ße \r\n"), days(3));
        LabeledPage label = driver.labeled.readValue();
        assertThat(label.getReviewer()).isEqualTo("Max");
        assertThat(label.getReviewers()).containsExactly("Max", "Zoë");
        assertThat(doubts()).containsExactly("-");
    }

    @Test
    void goesBackToQuarantineWhenAReviewerThinksBetterOfIt() {
        startWithQuorum(2).recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        driver.corrected(edited(PAGE, "Max", "Grüße"), days(2));
        driver.corrected(edited(PAGE, "Zoë", "Gräße"), days(3));
        assertThat(texts()).containsExactly("Grüße", "-");
        assertThat(doubts()).containsExactly("NO_QUORUM", "-", "NO_QUORUM");
    }

    @Test
    void countsALateVoteForTheQuorum() {
        startWithQuorum(2).recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(5));
        driver.corrected(edited(PAGE, "Max", "Grüße"), days(2));
        assertThat(texts()).containsExactly("Grüße");
    }

    @Test
    void quarantinesWhatTheModelFindsUnlikely() {
        PlausibilityCheck check = label -> OptionalDouble.of(label.getTrueText().startsWith("Gr") ? -0.5 : -7.25);
        start(new LabelRules(1, OptionalDouble.of(-3), 2, LabelRules.DEFAULT.history()), check);
        driver.recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "buy cheap pills"), days(1));
        QuarantinedLabel held = driver.quarantine.readValue();
        assertThat(held.getReason()).isEqualTo("IMPLAUSIBLE");
        assertThat(held.getScore()).contains(-7.25);
        assertThat(held.getDetail())
                .isEqualTo("a mean log-probability of at least -3.000 a character expected, -7.250 found");
        assertThat(texts()).isEmpty();

        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(2));
        assertThat(texts()).containsExactly("Grüße");
        assertThat(doubts()).containsExactly("-");
    }

    @Test
    void believesTwoReviewersMoreThanTheModel() {
        start(
                new LabelRules(1, OptionalDouble.of(-3), 2, LabelRules.DEFAULT.history()),
                label -> OptionalDouble.of(-9));
        driver.recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Ωδή"), days(1));
        driver.corrected(edited(PAGE, "Max", "Ωδή"), days(2));
        assertThat(doubts()).containsExactly("IMPLAUSIBLE", "-");
        assertThat(texts()).containsExactly("Ωδή");
    }

    @Test
    void letsPassWhatTheModelCannotSee() {
        start(
                new LabelRules(1, OptionalDouble.of(-3), 2, LabelRules.DEFAULT.history()),
                label -> OptionalDouble.empty());
        driver.recognized(recognition(PAGE, "Gruße"), START);
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));
        assertThat(texts()).containsExactly("Grüße");
    }

    @Test
    void writesADeadLetterForWhatIsNoCorrectionAndGoesOn() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrections.pipeInput(PAGE, new byte[] {7, 7}, days(1));
        driver.corrections.pipeInput(PAGE, new byte[] {0, 0, 9, 9, 9, 1}, days(1));
        driver.corrections.pipeInput(PAGE, new byte[30 << 20], days(1));
        driver.corrected(edited(PAGE, "Zoë", "Grüße"), days(1));

        assertThat(driver.deadLetters.readValuesToList())
                .extracting(DeadLetter::getPageId, DeadLetter::getCode, letter -> letter.getSource()
                        .getOffset())
                .containsExactly(
                        tuple(PAGE, "CORRUPT_RECORD", 0L),
                        tuple(PAGE, "UNKNOWN_SCHEMA", 1L),
                        tuple(PAGE, "OVERSIZE", 2L));
        assertThat(texts()).containsExactly("Grüße");
        assertThat(driver.counts.refused()).isEqualTo(3);
    }

    @Test
    void writesADeadLetterForACorrectionUnderAForeignKey() {
        start().recognized(recognition(PAGE, "Gruße"), START);
        driver.corrections.pipeInput("other/1", driver.bytes(edited(PAGE, "Zoë", "Grüße")), days(1));
        DeadLetter letter = driver.deadLetters.readValue();
        assertThat(letter.getCode()).isEqualTo("INVALID_RECORD");
        assertThat(letter.getMessage())
                .isEqualTo("ocr.corrections-0 offset 0: key other/1: the key of page doc/1 expected");
    }
}
