package dev.scriptorium.trainer.service;

import dev.scriptorium.schemas.AdapterFile;
import dev.scriptorium.schemas.AdapterManifest;
import dev.scriptorium.schemas.AdapterState;
import dev.scriptorium.schemas.BlobRef;
import dev.scriptorium.schemas.Rollout;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ManifestsTest {
    @Test
    void aRefusedAdapterDoesNotEndTheTrialOfAnother() {
        AdapterManifest onTrial = manifest("candidate", AdapterState.CANDIDATE)
                .setActive("old")
                .setActiveFiles(files("old"))
                .setRollout(Rollout.CANARY)
                .setCandidate("candidate")
                .setShare(0.25)
                .build();
        AdapterManifest refused = manifest("new", AdapterState.REJECTED)
                .setActive("old")
                .setActiveFiles(files("old"))
                .build();

        AdapterManifest once = Manifests.keepingTrial(refused, onTrial);
        AdapterManifest twice = Manifests.keepingTrial(refused, once);

        assertThat(List.of(once, twice)).allSatisfy(manifest -> {
            assertThat(manifest.getAdapterId()).isEqualTo("new");
            assertThat(manifest.getState()).isEqualTo(AdapterState.REJECTED);
            assertThat(manifest.getActive()).isEqualTo("old");
            assertThat(manifest.getRollout()).isEqualTo(Rollout.CANARY);
            assertThat(manifest.getCandidate()).isEqualTo("candidate");
            assertThat(manifest.getCandidateFiles()).isEqualTo(files("candidate"));
            assertThat(manifest.getShare()).isEqualTo(0.25);
        });
    }

    private static AdapterManifest.Builder manifest(String id, AdapterState state) {
        return AdapterManifest.newBuilder()
                .setAdapterId(id)
                .setDomain("letters")
                .setState(state)
                .setBaseModelDigest("base")
                .setUri("adapters/letters/" + id)
                .setFiles(files(id))
                .setCreatedAt(Instant.EPOCH);
    }

    private static List<AdapterFile> files(String id) {
        return List.of(new AdapterFile("weights", new BlobRef("file:/" + id, id, 1L)));
    }
}
