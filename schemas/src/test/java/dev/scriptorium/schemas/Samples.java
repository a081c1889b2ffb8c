package dev.scriptorium.schemas;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** One filled-in record of each kind; text with umlauts, tones and an astral character. */
public final class Samples {
    public static final Instant NOW = Instant.parse("2026-11-20T14:05:06.789Z");
    public static final String DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private Samples() {}

    public static List<SpecificRecord> all() {
        return List.of(
                document(),
                page(),
                recognition(),
                assembledDocument(),
                correction(),
                labeled(),
                quarantined(),
                manifest(),
                change(),
                event(),
                deadLetter());
    }

    public static DocumentStatus document() {
        return DocumentStatus.newBuilder()
                .setDocumentId("doc")
                .setDocumentName("Bücher – sách 𝒜.pdf")
                .setMediaType("application/pdf")
                .setBytes(1L << 40)
                .setDomain("library")
                .setState("SENT")
                .setPageCount(3)
                .setRefused(List.of(new RefusedPage(2, "TIMEOUT", "scan.pdf page 2: a page within 8 s expected")))
                .setRequests(List.of(new IngestRequest("7f9c", DIGEST, NOW)))
                .setPagesFrom(List.of(0L, 1L << 40, 7L))
                .setRecognitionsFrom(List.of(1L, 2L, 3L))
                .setDeadLettersFrom(List.of(0L, 0L, 0L))
                .setAcceptedAt(NOW)
                .setChangedAt(NOW.plusMillis(10))
                .build();
    }

    public static PageImage page() {
        return PageImage.newBuilder()
                .setPageId("doc/1")
                .setDocumentId("doc")
                .setPageNumber(1)
                .setDocumentName("Bücher – sách 𝒜.png")
                .setMediaType("image/png")
                .setWidth(640)
                .setHeight(480)
                .setDpi(300)
                .setImage(ByteBuffer.wrap(new byte[] {0, -1, 127, -128}))
                .setIngestedAt(NOW)
                .build();
    }

    public static Recognition recognition() {
        return Recognition.newBuilder()
                .setPageId("doc/1")
                .setDocumentId("doc")
                .setPageNumber(1)
                .setSource(new SourceOffset("ocr.pages", 3, 1L << 40))
                .setText("Grüße\nđọc sách 𝒜")
                .setRegions(List.of(
                        new TextRegion(1, 2, 30, 40, "line", "Grüße aus", 0.75, List.of(0.875, 0.8125)),
                        new TextRegion(1, 50, 300, 90, "title", "đọc sách 𝒜", 0.5, List.of())))
                .setFinishReason("OK")
                .setConfidence(0.625)
                .setTokens(12)
                .setVisionTokens(256)
                .setMode("base")
                .setModelDigest(DIGEST)
                .setMillis(new StageMillis(1L, 2L, 3L, 4L))
                .setIngestedAt(NOW)
                .setRecognizedAt(NOW.plusMillis(10))
                .build();
    }

    public static AssembledDocument assembledDocument() {
        return AssembledDocument.newBuilder()
                .setDocumentId("doc")
                .setDocumentName("Bücher – sách 𝒜.pdf")
                .setState("INCOMPLETE")
                .setRevision(2)
                .setPageCount(5)
                .setTopic("ocr.recognitions")
                .setPages(List.of(new AssembledPage(1, 3, 1L << 40, "OK"), new AssembledPage(5, 0, 0L, "LOOP")))
                .setMissing(List.of(new MissingPages(2, 3, "TIMEOUT"), new MissingPages(4, 4, "NOT_YET")))
                .setAssembledAt(NOW)
                .build();
    }

    public static Correction correction() {
        return Correction.newBuilder()
                .setPageId("doc/1")
                .setText("Grüße")
                .setVerdict(Verdict.EDITED)
                .setReviewer("Zoë")
                .setRecognition(new SourceOffset("ocr.recognitions", 3, 7L))
                .setCorrectedAt(NOW)
                .build();
    }

    public static LabeledPage labeled() {
        return LabeledPage.newBuilder()
                .setPageId("doc/1")
                .setDocumentId("doc")
                .setPageNumber(1)
                .setSource(new SourceOffset("ocr.pages", 3, 9L))
                .setBlob(new BlobRef("file:///blobs/e3/" + DIGEST, DIGEST, 0L))
                .setRecognizedText("Gruße")
                .setTrueText("Grüße")
                .setVerdict(Verdict.EDITED)
                .setLabeledAt(NOW)
                .build();
    }

    public static QuarantinedLabel quarantined() {
        return QuarantinedLabel.newBuilder()
                .setPageId("doc/1")
                .setReason("IMPLAUSIBLE")
                .setDetail("at least -3.0 expected, -7.5 found")
                .setLabel(labeled())
                .setScore(-7.5)
                .build();
    }

    public static AdapterManifest manifest() {
        return AdapterManifest.newBuilder()
                .setAdapterId(DIGEST)
                .setDomain("library")
                .setState(AdapterState.ACTIVE)
                .setActive(DIGEST)
                .setBaseModelDigest(DIGEST)
                .setUri("file:///adapters/" + DIGEST)
                .setFiles(List.of(new AdapterFile(
                        "adapter_model.safetensors", new BlobRef("file:///blobs/e3/" + DIGEST, DIGEST, 0L))))
                .setRollout(Rollout.CANARY)
                .setCandidate(DIGEST.replace('e', 'f'))
                .setShare(0.125)
                .setTrainedOn(List.of(new OffsetRange(0, 5L, 9L)))
                .setGate(List.of(new GateResult("held-out", 40, 0.21, 0.12, 0.0, 0.0, 1.0, 0.99)))
                .setCreatedAt(NOW)
                .build();
    }

    public static AdapterEvent event() {
        return AdapterEvent.newBuilder()
                .setDomain("library")
                .setKind(AdapterEventKind.ROLLED_BACK.name())
                .setAdapterId(DIGEST)
                .setReason("cer of at most 0.12 expected, 0.19 found")
                .setMeasures(List.of(new AdapterMeasure("cer", 0.19, 0.12, null, 40)))
                .setManifest(new SourceOffset("ocr.adapters", 0, 9L))
                .setReporter("worker-1")
                .setAt(NOW)
                .build();
    }

    public static AdapterChange change() {
        return AdapterChange.newBuilder()
                .setManifest(manifest())
                .setAuthor("ocr-trainer")
                .setRun("0123456789abcdef")
                .setLearned(List.of(new LearnedPage("doc/1", "doc", 3, 7L, false, List.of("Zoë"))))
                .setHeldOut(List.of("other/1"))
                .build();
    }

    public static DeadLetter deadLetter() {
        return DeadLetter.newBuilder()
                .setPageId("doc/1")
                .setSource(new SourceOffset("ocr.pages", 3, 9L))
                .setCode(ErrorCode.UNDECODABLE.name())
                .setMessage("page doc/1: an image expected, 0 bytes found")
                .setStage("decode")
                .setFailedAt(NOW)
                .build();
    }
}
