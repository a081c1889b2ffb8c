package dev.scriptorium.model.engine;

import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.text.Block;
import dev.scriptorium.model.text.OutputParser;
import dev.scriptorium.model.text.ParsedOutput;
import dev.scriptorium.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;

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
    PageReading reading(Tokenizer tokenizer, long nowNanos) {
        List<Region> regions = new ArrayList<>();
        String text = "";
        for (Part part : parts) {
            String answer = tokenizer.decode(part.sequence().answer());
            if (part.line() == null) {
                ParsedOutput parsed = OutputParser.parse(OutputParser.clean(answer), request.prompt(), width, height);
                text = parsed.markdown();
                regions.addAll(regions(parsed, mean(part.sequence())));
            } else if (!answer.isBlank()) {
                FoundLine line = part.line();
                regions.add(new Region(
                        line.x0(), line.y0(), line.x1(), line.y1(), "line", answer.strip(), mean(part.sequence())));
            }
        }
        if (parts.stream().noneMatch(part -> part.line() == null)) {
            text = PageText.of(regions);
        }
        int tokens =
                parts.stream().mapToInt(part -> part.sequence().answer().length).sum();
        int visionTokens = parts.stream()
                .mapToInt(part -> part.sequence().prompt().imageCount())
                .sum();
        double confidence = parts.stream()
                .flatMapToDouble(part -> Arrays.stream(part.sequence().probabilities()))
                .average()
                .orElse(1);
        return new PageReading(
                text,
                regions,
                finish(text),
                confidence,
                mode,
                width,
                height,
                tokens,
                visionTokens,
                adapterId,
                timing(nowNanos));
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

    private static double mean(Sequence sequence) {
        return DoubleStream.of(sequence.probabilities()).average().orElse(0);
    }
}
