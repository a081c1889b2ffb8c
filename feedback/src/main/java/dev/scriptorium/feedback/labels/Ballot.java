package dev.scriptorium.feedback.labels;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything that reviewers say about a page: the last word of each. The order in which words arrive does not
 * matter, nor that one arrives twice; what counts is when they were said.
 *
 * @param votes the newest first, one a reviewer
 * @param withdrawn when all that had been said was taken back, if ever; what was said before does not come back
 */
record Ballot(List<Vote> votes, Optional<Withdrawal> withdrawn) {
    /** Reviewers whose words are kept; with more, the oldest are forgotten. */
    static final int MAX_VOTES = 8;

    /** Nobody has said anything. */
    static final Ballot EMPTY = new Ballot(List.of(), Optional.empty());

    /** A tombstone on {@code ocr.corrections}. */
    record Withdrawal(long timestamp, long offset) {
        private static final Comparator<Withdrawal> BY_TIME =
                Comparator.comparingLong(Withdrawal::timestamp).thenComparingLong(Withdrawal::offset);

        private boolean covers(Vote vote) {
            return BY_TIME.compare(
                            new Withdrawal(vote.timestamp(), vote.source().getOffset()), this)
                    <= 0;
        }
    }

    Ballot {
        votes = List.copyOf(votes);
        Objects.requireNonNull(withdrawn, "withdrawn");
    }

    /** The ballot after a vote; the same if it came too late to count. */
    Ballot with(Vote vote) {
        boolean outdated =
                withdrawn.filter(withdrawal -> withdrawal.covers(vote)).isPresent()
                        || votes.stream()
                                .anyMatch(
                                        other -> other.isBy(vote.reviewer()) && Vote.BY_TIME.compare(other, vote) >= 0);
        if (outdated) {
            return this;
        }
        List<Vote> after = new ArrayList<>(
                votes.stream().filter(other -> !other.isBy(vote.reviewer())).toList());
        after.add(vote);
        after.sort(Vote.BY_TIME.reversed());
        return new Ballot(after.subList(0, Math.min(MAX_VOTES, after.size())), withdrawn);
    }

    /** The ballot after all that was said until then was taken back. */
    Ballot without(Withdrawal withdrawal) {
        Withdrawal latest = withdrawn
                .filter(earlier -> Withdrawal.BY_TIME.compare(earlier, withdrawal) >= 0)
                .orElse(withdrawal);
        return new Ballot(votes.stream().filter(vote -> !latest.covers(vote)).toList(), Optional.of(latest));
    }

    /** Time of the latest event in it, milliseconds since 1970; never falls as the ballot grows. */
    long timestamp() {
        long voted = votes.isEmpty() ? 0 : votes.get(0).timestamp();
        return Math.max(voted, withdrawn.map(Withdrawal::timestamp).orElse(0L));
    }
}
