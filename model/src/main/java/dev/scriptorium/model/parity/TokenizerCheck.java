package dev.scriptorium.model.parity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.model.text.Tokenizer;
import java.io.IOException;
import java.util.Map;

/** Encodes and decodes texts and looks up special tokens. */
final class TokenizerCheck implements Check {
    private static final Map<String, String> ROLES =
            Map.of("bos", Tokenizer.BOS, "eos", Tokenizer.EOS, "pad", Tokenizer.PAD, "image", Tokenizer.IMAGE);

    @Override
    public void run(GoldenFolder golden, Findings findings) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(golden.file("model/tokenizer.json"))) {
            for (JsonNode sample : golden.json("tokenizer_golden.json")) {
                String text = golden.at(sample, "text").asText();
                int[] ids = GoldenFolder.ids(golden.at(sample, "ids"));
                findings.equalIds(Aspect.TOKENIZER, "text '" + text + "'", ids, tokenizer.encode(text));
                findings.equal(Aspect.TOKENIZER, "ids of '" + text + "'", text, tokenizer.decode(ids));
            }
            golden.at(golden.index(), "special_ids").properties().forEach(token -> {
                String written = ROLES.getOrDefault(token.getKey(), token.getKey());
                findings.equal(
                        Aspect.TOKENIZER,
                        "special token " + written,
                        token.getValue().asInt(),
                        tokenizer.has(written) ? tokenizer.id(written) : "none");
            });
        }
    }
}
