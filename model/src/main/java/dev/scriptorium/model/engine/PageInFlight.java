package dev.scriptorium.model.engine;

import dev.scriptorium.model.confidence.Confidence;
import dev.scriptorium.model.confidence.TokenScores;
import dev.scriptorium.model.config.Mode;
import dev.scriptorium.model.image.FoundLine;
import dev.scriptorium.model.ladder.Ladder;
import dev.scriptorium.model.ladder.PageSurvey;
import dev.scriptorium.model.ladder.Rung;
import dev.scriptorium.model.lora.LoraAdapter;
import dev.scriptorium.model.text.Block;
import dev.scriptorium.model.text.OutputParser;
import dev.scriptorium.model.text.ParsedOutput;
import dev.scriptorium.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A page between decoding and its reading: the sequences that read its parts. A page model reads one
 * part, the whole; a line model one a line.
 */
final class PageInFlight {
    /**
     * One part: a sequence and, for a line model, the line it reads (null for a whole page).
     *
     * @param first what read it before, if that went wrong
     */
    record Part(Sequence sequence, FoundLine line, Optional<Sequence> first) {
        Part(Sequence sequence, FoundLine line) {
            this(sequence, line, Optional.empty());
        }

        /** The reading that counts: the later one only if it ended better. */
        Sequence best() {
            return first.filter(it -> it.finish().compareTo(sequence.finish()) <= 0)
                    .orElse(sequence);
        }
    }

    /**
     * What stays the same however often the page is read.
     *
     * @param adapter pinned when the page came in
     * @param startNanos when it came in
     */
    record Order(
            long ticket,
            PageRequest request,
            PageSurvey survey,
            Optional<LoraAdapter> adapter,
            String adapterId,
            long startNanos) {}

    private final Order order;
    private final Rung rung;
    private final long attemptNanos;
    private final long preparedNanos;
    private final List<Part> parts;
    /** Readings before this one. */
    private final List<PageReading> earlier;

    private final List<Ladder.Tried> tried;
    /** Line sequences of this reading that were given up for another one. */
    private final List<Sequence> replaced = new ArrayList<>();

    /**
     * @param attemptNanos when this reading began
     * @param preparedNanos when its pictures were ready
     */
    PageInFlight(Order order, Rung rung, long attemptNanos, long preparedNanos, List<Part> parts) {
        this(order, rung, attemptNanos, preparedNanos, parts, List.of(), List.of());
    }

    private PageInFlight(
            Order order,
            Rung rung,
            long attemptNanos,
            long preparedNanos,
            List<Part> parts,
            List<PageReading> earlier,
            List<Ladder.Tried> tried) {
        this.order = order;
        this.rung = rung;
        this.attemptNanos = attemptNanos;
        this.preparedNanos = preparedNanos;
        this.parts = new ArrayList<>(parts);
        this.earlier = List.copyOf(earlier);
        this.tried = List.copyOf(tried);
    }

    /** The page, read another time after this reading. */
    PageInFlight again(PageReading reading, Rung next, long attemptStart, long prepared, List<Part> nextParts) {
        List<PageReading> readings = new ArrayList<>(earlier);
        readings.add(reading);
        return new PageInFlight(order, next, attemptStart, prepared, nextParts, readings, tried(reading));
    }

    Order order() {
        return order;
    }

    Rung rung() {
        return rung;
    }

    /** All readings so far, as the ladder sees them. */
    List<Ladder.Tried> tried(PageReading reading) {
        List<Ladder.Tried> all = new ArrayList<>(tried);
        all.add(new Ladder.Tried(rung, end(reading), reading.confidence()));
        return all;
    }

    private Ladder.End end(PageReading reading) {
        return switch (reading.finish()) {
            case OK -> Ladder.End.WHOLE;
            case LENGTH -> Ladder.End.CUT;
            case LOOP -> Ladder.End.LOOP;
            case BLANK -> order.survey().lines() > 0 ? Ladder.End.EMPTY : Ladder.End.WHOLE;
        };
    }

    /** The best of the earlier readings, if there are any. */
    Optional<PageReading> bestEarlier() {
        return earlier.isEmpty() ? Optional.empty() : Optional.of(best(earlier, tried));
    }

    /** The best of the earlier readings and this one. */
    PageReading best(PageReading reading) {
        List<PageReading> readings = new ArrayList<>(earlier);
        readings.add(reading);
        return best(readings, tried(reading));
    }

    private static PageReading best(List<PageReading> readings, List<Ladder.Tried> tried) {
        PageReading best = readings.get(Ladder.best(tried));
        PageReading.Timing all = readings.stream()
                .map(PageReading::timing)
                .reduce(PageReading.Timing::plus)
                .orElseThrow();
        return readings.size() == 1 ? best : best.of(readings.size(), all);
    }

    /** Puts another reading of a line in the place of one; the better of the two will count. */
    void replace(int part, Sequence sequence) {
        Part old = parts.get(part);
        replaced.add(old.sequence());
        parts.set(part, new Part(sequence, old.line(), Optional.of(old.sequence())));
    }

    long ticket() {
        return order.ticket();
    }

    PageRequest request() {
        return order.request();
    }

    List<Part> parts() {
        return List.copyOf(parts);
    }

    long startNanos() {
        return order.startNanos();
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
            TokenScores scores = part.best().scores(tokenizer);
            double sure = confidence.ofText(scores);
            String answer = tokenizer.decode(part.best().answer());
            if (part.line() == null) {
                ParsedOutput parsed = parse(answer);
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
            if (order.request().mode() != Mode.LINE && PageText.onlySigns(regions)) {
                regions.clear();
            }
            text = PageText.of(regions);
        }
        int tokens =
                parts.stream().mapToInt(part -> part.best().answer().length).sum();
        int visionTokens = parts.stream()
                .mapToInt(part -> part.best().prompt().imageCount())
                .sum();
        return new PageReading(
                text,
                regions,
                finish(text),
                weight == 0 ? 1 : sum / weight,
                rung.mode(),
                width(),
                height(),
                tokens,
                visionTokens,
                order.adapterId(),
                timing(nowNanos),
                replaced.isEmpty() ? 1 : 2,
                turns(),
                parts.stream()
                        .mapToLong(part -> part.sequence().picture().pixels())
                        .sum());
    }

    private int width() {
        return order.survey().width();
    }

    private int height() {
        return order.survey().height();
    }

    /** Lines are turned when they are cut out. */
    private int turns() {
        return rung.mode() == Mode.LINE ? order.survey().quarterTurns() : rung.quarterTurns();
    }

    /** In the frame of the picture that was read, which may have been turned. */
    private ParsedOutput parse(String answer) {
        boolean sideways = rung.quarterTurns() % 2 == 1;
        return OutputParser.parse(
                OutputParser.clean(answer),
                order.request().prompt(),
                sideways ? height() : width(),
                sideways ? width() : height());
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
                .map(part -> part.best().finish())
                .max(Comparator.naturalOrder())
                .orElse(FinishReason.OK);
    }

    private PageReading.Timing timing(long nowNanos) {
        List<Sequence> sequences = new ArrayList<>(replaced);
        parts.forEach(part -> sequences.add(part.sequence()));
        long encode = sequences.stream().mapToLong(Sequence::encodeNanos).sum();
        long generate = sequences.stream().mapToLong(Sequence::generateNanos).sum();
        long model = nowNanos - preparedNanos;
        long encodeShare = encode + generate == 0 ? 0 : (long) ((double) model * encode / (encode + generate));
        return new PageReading.Timing(
                (preparedNanos - attemptNanos) / 1_000_000, encodeShare / 1_000_000, (model - encodeShare) / 1_000_000);
    }

    private List<Region> regions(ParsedOutput parsed, double confidence) {
        List<Region> regions = new ArrayList<>();
        for (Block block : parsed.blocks()) {
            if (block instanceof Block.Grounded grounded) {
                for (Block.Box box : grounded.boxes()) {
                    regions.add(region(box, grounded, confidence));
                }
            }
        }
        return regions;
    }

    /** Back into the frame of the page as a viewer shows it. */
    private Region region(Block.Box box, Block.Grounded block, double confidence) {
        int w = width();
        int h = height();
        int[] at =
                switch (rung.quarterTurns()) {
                    case 1 -> new int[] {box.y0(), h - box.x1(), box.y1(), h - box.x0()};
                    case 2 -> new int[] {w - box.x1(), h - box.y1(), w - box.x0(), h - box.y0()};
                    case 3 -> new int[] {w - box.y1(), box.x0(), w - box.y0(), box.x1()};
                    default -> new int[] {box.x0(), box.y0(), box.x1(), box.y1()};
                };
        return new Region(at[0], at[1], at[2], at[3], block.label(), block.text(), confidence);
    }
}
