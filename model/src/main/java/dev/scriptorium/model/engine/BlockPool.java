package dev.scriptorium.model.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who holds which block of the key-value cache. A sequence holds as many blocks as its positions fill, wherever they
 * lie. The blocks in use are always the first ones: what is taken comes from behind them, and when a sequence leaves, the
 * last blocks take the place of its own. So a step can compute over all blocks in use as they lie, without a gap.
 *
 * <p>Not thread-safe.
 */
final class BlockPool {
    private final KvShape shape;
    /** By block. */
    private final List<Held> held = new ArrayList<>();

    private final Map<Sequence, List<Integer>> blocks = new HashMap<>();
    private int aside;

    /** A block and which of its sequence's blocks it is. */
    private record Held(Sequence sequence, int index) {}

    /**
     * What block {@code source} holds has to be copied to block {@code target}.
     *
     * @param index which of the sequence's blocks it is, from 0
     */
    record Move(int source, int target, Sequence sequence, int index) {}

    BlockPool(KvShape shape) {
        this.shape = shape;
    }

    KvShape shape() {
        return shape;
    }

    /** Blocks in use: 0 to one less. */
    int used() {
        return held.size();
    }

    /** Blocks that can be taken: those that nobody holds and that are not set aside. */
    int free() {
        return shape.blocks() - held.size() - aside;
    }

    /** Keeps so many free blocks for somebody who takes them later, in place of those that were set aside before. */
    void setAside(int blocks) {
        aside = blocks;
    }

    /** The sequence's blocks in the order of its positions; none if it holds none. */
    List<Integer> of(Sequence sequence) {
        return Collections.unmodifiableList(blocks.getOrDefault(sequence, List.of()));
    }

    /**
     * Gives a sequence blocks for its first positions. The new ones lie one behind the other.
     *
     * @return false if there are too few; nothing has changed then
     */
    boolean reserve(Sequence sequence, int positions) {
        int missing = shape.blocksOf(positions) - of(sequence).size();
        if (missing > free()) {
            return false;
        }
        List<Integer> own = blocks.computeIfAbsent(sequence, none -> new ArrayList<>());
        for (int i = 0; i < missing; i++) {
            own.add(held.size());
            held.add(new Held(sequence, own.size() - 1));
        }
        return true;
    }

    /**
     * Takes all blocks of these sequences back.
     *
     * @return the moves that close the gaps, in any order
     */
    List<Move> release(Collection<Sequence> sequences) {
        List<Integer> gaps = new ArrayList<>();
        for (Sequence sequence : sequences) {
            List<Integer> own = blocks.remove(sequence);
            if (own != null) {
                own.forEach(block -> held.set(block, null));
                gaps.addAll(own);
            }
        }
        Collections.sort(gaps);
        List<Move> moves = new ArrayList<>();
        for (int gap : gaps) {
            Held last = removeLast();
            if (last == null) {
                break;
            }
            int source = held.size();
            if (gap > source) {
                // all that is left lies before the gap
                held.add(last);
                break;
            }
            held.set(gap, last);
            blocks.get(last.sequence()).set(last.index(), gap);
            moves.add(new Move(source, gap, last.sequence(), last.index()));
        }
        return moves;
    }

    /** The last block that somebody holds, taken out with the gaps behind it. */
    private Held removeLast() {
        while (!held.isEmpty()) {
            Held last = held.remove(held.size() - 1);
            if (last != null) {
                return last;
            }
        }
        return null;
    }
}
