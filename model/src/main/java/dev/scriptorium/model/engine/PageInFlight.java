package dev.scriptorium.model.engine;

import dev.scriptorium.model.confidence.Confidence;
import dev.scriptorium.model.confidence.TokenScores;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.text.Block;
import dev.scriptorium.model.text.OutputParser;
import dev.scriptorium.model.text.ParsedOutput;
import dev.scriptorium.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A page between decoding and its reading: the sequences that read its parts. A page model reads one
 * part, the whole; a line model one a line.
 */
final class PageInFlight {
    /** One part: a sequence and, for a line model, the line it reads (null for a whole page). */
    record Part(Sequence sequence, FoundLine line) {}

    private final long ticket;
    private final PageRequest request;
    private final Mode mode;
    private final String adapterId;
    private final int width;
    private final int height;
    private final long startNanos;
    private final long preparedNanos;
    private final List<Part> parts;

    PageInFlight(
            long ticket,
            PageRequest request,
            Mode mode,
            String adapterId,
            int width,
            int height,
            long startNanos,
            long preparedNanos,
            List<Part> parts) {
        this.ticket = ticket;
        this.request = request;
        this.mode = mode;
        this.adapterId = adapterId;
        this.width = width;
        this.height = height;
        this.startNanos = startNanos;
        this.preparedNanos = preparedNanos;
        this.parts = List.copyOf(parts);
    }

    long ticket() {
        return ticket;
    }

    PageRequest request() {
        return request;
    }

    List<Part> parts() {
        return parts;
    }

    long startNanos() {
        return startNanos;
    }

    boolean done() {
        return parts.stream().noneMatch(part -> part.sequence().running());
    }

    /** Puts the parts together; all must be done. */
    PageReading reading(Tokenizer tokenizer, Confidence confidence, long nowNanos) {
        List<Region> regions = new ArrayList<>();
        String text = "";
        double sum = 0;
        int weight = 0;
        for (Part part : parts) {
            TokenScores scores = part.sequence().scores(tokenizer);
            double sure = confidence.ofText(scores);
            String answer = tokenizer.decode(part.sequence().answer());
            if (part.line() == null) {
                ParsedOutput parsed = OutputParser.parse(OutputParser.clean(answer), request.prompt(), width, height);
                text = parsed.markdown();
                regions.addAll(regions(parsed, sure));
            } else if (!answer.isBlank()) {
                regions.add(region(part.line(), answer.strip(), sure, scores, confidence));
            }
            int length = Math.max(1, scores.tokens().size());
            sum += sure * length;
            weight += length;
        }
        if (parts.stream().noneMatch(part -> part.line() == null)) {
            text = PageText.of(regions);
        }
        int tokens =
                parts.stream().mapToInt(part -> part.sequence().answer().length).sum();
        int visionTokens = parts.stream()
                .mapToInt(part -> part.sequence().prompt().imageCount())
                .sum();
        return new PageReading(
                text,
                regions,
                finish(text),
                weight == 0 ? 1 : sum / weight,
                mode,
                width,
                height,
                tokens,
                visionTokens,
                adapterId,
                timing(nowNanos));
    }

    private static Region region(FoundLine line, String text, double sure, TokenScores scores, Confidence confidence) {
        List<Region.Word> words = scores.words().stream()
                .map(word -> new Region.Word(word.text(), confidence.ofWord(word)))
                .toList();
        return new Region(line.x0(), line.y0(), line.x1(), line.y1(), "line", text, sure, words, scores);
    }

    /** The worst end of any part: a page with one cut line is not whole. */
    private FinishReason finish(String text) {
        if (parts.isEmpty() || text.isBlank()) {
            return FinishReason.BLANK;
        }
        return parts.stream()
                .map(part -> part.sequence().finish())
                .max(Comparator.naturalOrder())
                .orElse(FinishReason.OK);
    }

    private PageReading.Timing timing(long nowNanos) {
        long encode =
                parts.stream().mapToLong(part -> part.sequence().encodeNanos()).sum();
        long generate = parts.stream()
                .mapToLong(part -> part.sequence().generateNanos())
                .sum();
        long model = nowNanos - preparedNanos;
        long encodeShare = encode + generate == 0 ? 0 : (long) ((double) model * encode / (encode + generate));
        return new PageReading.Timing(
                (preparedNanos - startNanos) / 1_000_000, encodeShare / 1_000_000, (model - encodeShare) / 1_000_000);
    }

    private static List<Region> regions(ParsedOutput parsed, double confidence) {
        List<Region> regions = new ArrayList<>();
        for (Block block : parsed.blocks()) {
            if (block instanceof Block.Grounded grounded) {
                for (Block.Box box : grounded.boxes()) {
                    regions.add(new Region(
                            box.x0(), box.y0(), box.x1(), box.y1(), grounded.label(), grounded.text(), confidence));
                }
            }
        }
        return regions;
    }
}
