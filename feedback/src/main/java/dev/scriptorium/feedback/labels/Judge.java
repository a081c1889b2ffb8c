package dev.scriptorium.feedback.labels;

import dev.scriptorium.feedback.Doubt;
import dev.scriptorium.schemas.LabeledPage;
import dev.scriptorium.schemas.Recognition;
import dev.scriptorium.schemas.Verdict;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Rules on a page: of the opinions that at least a quorum of reviewers share, the one that was spoken for last counts.
 * With a quorum of one that is simply the last word.
 */
final class Judge {
    private final int quorum;

    /** @param quorum reviewers that have to say the same */
    Judge(int quorum) {
        if (quorum < 1 || quorum > Ballot.MAX_VOTES) {
            throw new IllegalArgumentException("quorum: 1 to " + Ballot.MAX_VOTES + " expected, " + quorum + " found");
        }
        this.quorum = quorum;
    }

    /** What a vote comes down to; equal ones agree. */
    private sealed interface Opinion {
        /** @param canonical the text as far as it matters for agreeing */
        record Says(String canonical) implements Opinion {}

        record Rejects() implements Opinion {}

        /** Accepted a recognition that is not the one at hand, without its text. */
        record AcceptsAnother() implements Opinion {}
    }

    /**
     * Rules on a page.
     *
     * @param ballot with at least one vote
     */
    Ruling rule(Ballot ballot, Located<Recognition> recognition) {
        Map<Opinion, List<Vote>> camps = new LinkedHashMap<>(); // in the order of their newest votes
        for (Vote vote : ballot.votes()) {
            camps.computeIfAbsent(opinion(vote, recognition), opinion -> new ArrayList<>())
                    .add(vote);
        }
        Optional<Map.Entry<Opinion, List<Vote>>> winner = camps.entrySet().stream()
                .filter(camp -> camp.getValue().size() >= quorum)
                .findFirst();
        if (winner.isPresent()) {
            return decided(winner.get().getKey(), winner.get().getValue(), recognition);
        }
        Map.Entry<Opinion, List<Vote>> newest = camps.entrySet().iterator().next();
        return undecided(newest.getKey(), newest.getValue(), recognition);
    }

    private static Ruling decided(Opinion opinion, List<Vote> votes, Located<Recognition> recognition) {
        LabeledPage label = label(votes, recognition);
        if (opinion instanceof Opinion.Rejects) {
            return new Ruling.Nothing();
        }
        return opinion instanceof Opinion.AcceptsAnother ? stale(label) : new Ruling.Vouched(label);
    }

    private Ruling undecided(Opinion opinion, List<Vote> votes, Located<Recognition> recognition) {
        LabeledPage label = label(votes, recognition);
        if (opinion instanceof Opinion.Rejects) {
            return new Ruling.Nothing();
        }
        if (opinion instanceof Opinion.AcceptsAnother) {
            return stale(label);
        }
        String detail = quorum + " reviewers who say the same expected, " + votes.size() + " found";
        return new Ruling.Doubted(label, Doubt.NO_QUORUM, detail, OptionalDouble.empty());
    }

    private static Ruling stale(LabeledPage label) {
        String detail = "an acceptance of the recognition at offset "
                + label.getRecognition().orElseThrow().getOffset() + " expected, one of another without its text found";
        return new Ruling.Doubted(label, Doubt.STALE_ACCEPTANCE, detail, OptionalDouble.empty());
    }

    private static Opinion opinion(Vote vote, Located<Recognition> recognition) {
        if (vote.correction().getVerdict() == Verdict.REJECTED) {
            return new Opinion.Rejects();
        }
        if (acceptsWithoutText(vote) && isOfAnother(vote, recognition)) {
            return new Opinion.AcceptsAnother();
        }
        return new Opinion.Says(canonical(text(vote, recognition)));
    }

    private static boolean acceptsWithoutText(Vote vote) {
        return vote.correction().getVerdict() == Verdict.ACCEPTED
                && vote.correction().getText().isEmpty();
    }

    private static boolean isOfAnother(Vote vote, Located<Recognition> recognition) {
        return !recognition.value().getText().isEmpty()
                && vote.correction()
                        .getRecognition()
                        .filter(seen -> !seen.equals(recognition.source()))
                        .isPresent();
    }

    private static String text(Vote vote, Located<Recognition> recognition) {
        return acceptsWithoutText(vote)
                ? recognition.value().getText()
                : vote.correction().getText();
    }

    /** Composed characters, no blanks at the ends of lines: what one keyboard does differently from another. */
    private static String canonical(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC)
                .replace("\r\n", "\n")
                .replaceAll("[ \\t]+(?=\\n|$)", "")
                .strip();
    }

    private static LabeledPage label(List<Vote> votes, Located<Recognition> located) {
        Vote newest = votes.get(0);
        Recognition recognition = located.value();
        return LabeledPage.newBuilder()
                .setPageId(recognition.getPageId())
                .setDocumentId(recognition.getDocumentId())
                .setPageNumber(recognition.getPageNumber())
                .setDomain(recognition.getDomain())
                .setSource(recognition.getSource())
                .setBlob(recognition.getBlob().orElse(null))
                .setRecognizedText(recognition.getText())
                .setTrueText(text(newest, located))
                .setRegions(recognition.getRegions())
                .setTask(recognition.getTask())
                .setMode(recognition.getMode())
                .setVerdict(newest.correction().getVerdict())
                .setReviewer(newest.reviewer())
                .setReviewers(votes.stream().map(Vote::reviewer).sorted().toList())
                .setModelDigest(recognition.getModelDigest())
                .setAdapterId(recognition.getAdapterId())
                .setRecognition(located.source())
                .setCorrection(newest.source())
                .setLabeledAt(newest.correction().getCorrectedAt())
                .build();
    }
}
