package dev.scriptorium.standalone;

import dev.scriptorium.model.bench.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tesseract on the same images of lines, on one thread. */
final class TesseractPeer {
    private final Path program;

    /** @param program the executable */
    TesseractPeer(Path program) {
        this.program = program;
    }

    /**
     * Measures it. Each round is a process of its own, start and loading of its model included, which for some hundred
     * lines is little.
     *
     * @throws IOException if it fails
     */
    Measurement measure(List<Path> images, int rounds) throws IOException, InterruptedException {
        String version = PeerProcess.run(Map.of(), List.of(program.toString(), "--version"))
                .output()
                .lines()
                .findFirst()
                .orElse("tesseract");
        Path list = Files.createTempFile("scriptorium-bench", ".txt");
        try {
            Files.write(list, images.stream().map(Path::toString).toList());
            List<Double> rates = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                PeerProcess.Result result = PeerProcess.run(
                        Map.of("OMP_THREAD_LIMIT", "1"),
                        List.of(program.toString(), list.toString(), "stdout", "-l", "eng", "--psm", "7"));
                rates.add(images.size() / result.cpuSeconds());
            }
            return Measurement.of("peer: " + version, "lines/CPU s", rates);
        } finally {
            Files.delete(list);
        }
    }
}
