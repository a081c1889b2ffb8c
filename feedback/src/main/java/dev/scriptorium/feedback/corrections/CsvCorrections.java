package dev.scriptorium.feedback.corrections;

import dev.scriptorium.schemas.Verdict;
import java.io.IOException;
import java.io.PushbackReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;

/**
 * Corrections in a CSV file (RFC 4180, UTF-8): the first line names the columns, {@code pageId} and {@code text} at
 * least; texts with line breaks stand in quotes. A row that is wrong is refused and the next one read.
 */
public final class CsvCorrections {
    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreHeaderCase(true)
            .setDuplicateHeaderMode(DuplicateHeaderMode.DISALLOW)
            .setIgnoreEmptyLines(true)
            .get();

    private final String place;
    private final String reviewer;

    /** A column. */
    private enum Column {
        PAGE_ID("pageId"),
        TEXT("text"),
        VERDICT("verdict"),
        REVIEWER("reviewer"),
        NOTE("note"),
        CORRECTED_AT("correctedAt");

        private final String header;

        Column(String header) {
            this.header = header;
        }
    }

    /**
     * @param place the file's name, for messages
     * @param reviewer who says what rows do not say who says
     */
    public CsvCorrections(String place, String reviewer) {
        this.place = place;
        this.reviewer = reviewer;
    }

    /**
     * Reads a file to its end.
     *
     * @param csv a byte order mark at its beginning is passed over
     * @param corrections told every row that is one; what it objects to is refused
     * @return the rows that are none
     * @throws BatchFormatException if the columns are not those above
     */
    public List<ImportReport.Refused> read(Reader csv, Consumer<NewCorrection> corrections)
            throws IOException, BatchFormatException {
        List<ImportReport.Refused> refused = new ArrayList<>();
        try (CSVParser parser = parser(withoutMark(csv))) {
            check(parser.getHeaderNames());
            Iterator<CSVRecord> rows = parser.iterator();
            long line = parser.getCurrentLineNumber() + 1;
            while (rows.hasNext()) {
                CSVRecord row = rows.next();
                String where = place + " line " + line;
                line = parser.getCurrentLineNumber() + 1;
                try {
                    corrections.accept(correction(row));
                } catch (IllegalArgumentException e) {
                    refused.add(new ImportReport.Refused(where, e.getMessage()));
                }
            }
        } catch (UncheckedIOException e) {
            // what follows a broken quote cannot be told into rows
            refused.add(new ImportReport.Refused(place, e.getCause().getMessage()));
        }
        return refused;
    }

    private static Reader withoutMark(Reader csv) throws IOException {
        PushbackReader reader = new PushbackReader(csv);
        int first = reader.read();
        if (first != -1 && first != BYTE_ORDER_MARK) {
            reader.unread(first);
        }
        return reader;
    }

    private CSVParser parser(Reader csv) throws IOException, BatchFormatException {
        try {
            return FORMAT.parse(csv);
        } catch (IllegalArgumentException e) {
            throw new BatchFormatException(place + " line 1: names of columns expected, " + e.getMessage(), e);
        }
    }

    private void check(List<String> headers) throws BatchFormatException {
        List<String> known = Arrays.stream(Column.values())
                .map(column -> column.header.toLowerCase(Locale.ROOT))
                .toList();
        List<String> found =
                headers.stream().map(header -> header.toLowerCase(Locale.ROOT)).toList();
        boolean named = found.contains("pageid") && (found.contains("text") || found.contains("verdict"));
        if (!named || !known.containsAll(found)) {
            throw new BatchFormatException(place + " line 1: the columns pageId and text and perhaps "
                    + Arrays.stream(Column.values())
                            .skip(2)
                            .map(column -> column.header)
                            .collect(Collectors.joining(", "))
                    + " expected, " + String.join(", ", headers) + " found");
        }
    }

    private NewCorrection correction(CSVRecord row) {
        if (!row.isConsistent()) {
            throw new IllegalArgumentException("as many fields as columns expected, " + row.size() + " found");
        }
        Optional<String> text = value(row, Column.TEXT);
        Optional<Verdict> verdict = value(row, Column.VERDICT).map(Verdicts::parse);
        if (text.isEmpty() && verdict.isEmpty()) {
            // an empty field is more often a slip than a page without text
            throw new IllegalArgumentException(
                    "text: some expected, or the verdict EDITED for a page without, neither found");
        }
        return new NewCorrection(
                value(row, Column.PAGE_ID).orElse(""),
                text.orElse(""),
                verdict.orElse(Verdict.EDITED),
                value(row, Column.REVIEWER).orElse(reviewer),
                Optional.empty(),
                "",
                "",
                value(row, Column.NOTE).orElse(""),
                value(row, Column.CORRECTED_AT).map(CsvCorrections::time));
    }

    private static Optional<String> value(CSVRecord row, Column column) {
        return row.isSet(column.header)
                ? Optional.of(row.get(column.header)).filter(text -> !text.isEmpty())
                : Optional.empty();
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
