package dev.scriptorium.trainer.service.watch;

import dev.scriptorium.trainer.service.gate.GatePage;
import dev.scriptorium.trainer.service.gate.PageReader;
import dev.scriptorium.trainer.service.gate.Reading;
import dev.scriptorium.trainer.service.labels.Label;
import dev.scriptorium.trainer.service.labels.LabelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Documents that are to be heard in a trial: the other adapter reads their pages, on the thread that reads.
 *
 * @param trial so far
 * @param labels of the documents, all pages of one together
 * @param against folder of the adapter that reads them again; none for the base model
 */
public record Look(Trial trial, List<Label> labels, Optional<Path> against) {
    public Look {
        labels = List.copyOf(labels);
    }

    /** The trial after these documents. */
    public Trial hear(PageReader reader, LabelStore images) throws IOException {
        List<GatePage> pages = labels.stream().map(label -> page(label, images)).toList();
        List<Reading> live = labels.stream().map(Look::live).toList();
        return trial.after(labels, live, reader.read(pages, against));
    }

    /** What was read there when it was reviewed. */
    static Reading live(Label label) {
        return new Reading(label.recognized(), false, 0);
    }

    private static GatePage page(Label label, LabelStore images) {
        return new GatePage(
                label.pageId(), label.documentId(), () -> images.read(label), label.text(), label.task(), label.mode());
    }

    /**
     * Chooses whole documents that the trial has not heard, the first labels first, up to a number of pages but at least
     * one document.
     *
     * @param labels that may be heard
     */
    public static List<Label> choose(Trial trial, List<Label> labels, int pages) {
        Map<String, List<Label>> documents = new LinkedHashMap<>();
        labels.stream()
                .filter(label -> !trial.documents().contains(label.documentId()))
                .sorted(Comparator.comparingLong(Label::storedAt).thenComparing(Label::pageId))
                .forEach(label -> documents
                        .computeIfAbsent(label.documentId(), document -> new ArrayList<>())
                        .add(label));
        List<Label> chosen = new ArrayList<>();
        for (List<Label> document : documents.values()) {
            if (!chosen.isEmpty() && chosen.size() + document.size() > pages) {
                break;
            }
            chosen.addAll(document);
        }
        return chosen;
    }
}
