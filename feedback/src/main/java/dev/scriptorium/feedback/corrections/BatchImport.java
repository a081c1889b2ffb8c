package dev.scriptorium.feedback.corrections;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Sends the corrections in files: CSV with a row a page, PAGE and ALTO with a page a file. What is refused is reported
 * and does not hold up the rest. Used by one thread, once.
 */
public final class BatchImport {
    private final CorrectionSink sink;
    private final BiFunction<String, Integer, Set<String>> pages;
    private final String reviewer;
    private final List<String> sent = new ArrayList<>();
    private final List<CorrectionSink.Sent> underway = new ArrayList<>();
    private final List<ImportReport.Refused> refused = new ArrayList<>();

    /**
     * @param pages which pages an image's name and page number may mean
     * @param reviewer who says what files do not say who says
     */
    public BatchImport(CorrectionSink sink, BiFunction<String, Integer, Set<String>> pages, String reviewer) {
        this.sink = sink;
        this.pages = pages;
        this.reviewer = reviewer;
    }

    /**
     * Imports files, and of folders all below them, and waits until the brokers have everything.
     *
     * @param pageId the page, where the only file does not tell
     */
    public ImportReport run(List<Path> paths, Optional<String> pageId) throws IOException {
        for (Path path : paths) {
            for (Path file : files(path)) {
                try {
                    take(file, pageId);
                } catch (BatchFormatException | IllegalArgumentException e) {
                    refused.add(new ImportReport.Refused(file.toString(), e.getMessage()));
                }
            }
        }
        underway.forEach(CorrectionSink.Sent::await);
        return new ImportReport(sent, refused);
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> below = Files.walk(path)) {
            return below.filter(Files::isRegularFile)
                    .filter(file -> isXml(file) || isCsv(file))
                    .sorted()
                    .toList();
        }
    }

    private void take(Path file, Optional<String> pageId) throws IOException, BatchFormatException {
        if (isXml(file)) {
            takeXml(file, pageId);
        } else if (isCsv(file)) {
            try (BufferedReader csv = Files.newBufferedReader(file)) {
                refused.addAll(new CsvCorrections(file.toString(), reviewer).read(csv, this::send));
            }
        } else {
            throw new BatchFormatException(file + ": a name ending in .csv or .xml expected");
        }
    }

    private void takeXml(Path file, Optional<String> pageId) throws IOException, BatchFormatException {
        List<Transcript> transcripts;
        try (InputStream xml = Files.newInputStream(file)) {
            transcripts = TranscriptReader.read(file.toString(), xml);
        }
        if (pageId.isPresent() && transcripts.size() != 1) {
            throw new BatchFormatException(file + ": one page expected, " + transcripts.size() + " found");
        }
        for (Transcript transcript : transcripts) {
            String id = pageId.isPresent() ? pageId.get() : pageOf(transcript, file);
            send(NewCorrection.edited(id, transcript.text(), reviewer));
        }
    }

    private String pageOf(Transcript transcript, Path file) throws BatchFormatException {
        String name = transcript.imageName().isEmpty() ? file.getFileName().toString() : transcript.imageName();
        Set<String> candidates = pages.apply(name, transcript.pageNumber());
        if (candidates.size() != 1) {
            throw new BatchFormatException(file + ": one recognized page " + transcript.pageNumber()
                    + " of a document called '" + name + "' expected, " + candidates.size() + " found");
        }
        return candidates.iterator().next();
    }

    private void send(NewCorrection correction) {
        underway.add(sink.send(correction));
        sent.add(correction.pageId());
    }

    private static boolean isXml(Path file) {
        return ending(file).equals("xml");
    }

    private static boolean isCsv(Path file) {
        return ending(file).equals("csv");
    }

    private static String ending(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst(".*\\.", "");
    }
}
