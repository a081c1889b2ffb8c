package dev.scriptorium.model.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The network's text: resource files of this build, one part each, whose class bodies are joined into
 * one module class. An attribute line may name the checkpoint tensors it holds:
 * {@code norm : List[Tensor]  # model.layers.{i}.norm.weight}.
 *
 * @param code the module class, ready for libtorch's parser
 * @param attributes name to TorchScript type, in order
 * @param weights attribute to the pattern of the tensors it holds
 */
record ScriptSource(String code, Map<String, String> attributes, Map<String, String> weights) {
    private static final String FOLDER = "/dev/scriptorium/model/torchscript/";
    private static final Pattern ATTRIBUTE = Pattern.compile("^  (\\w+) : (\\S+)(?:\\s+#\\s*(.*))?$");
    private static final Pattern TENSOR_NAME = Pattern.compile("[\\w.{}]+\\.[\\w.{}]+");

    ScriptSource {
        attributes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        weights = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    }

    /**
     * Joins parts.
     *
     * @param parts names of resource files without {@code .py}
     */
    static ScriptSource of(List<String> parts) {
        Map<String, String> attributes = new LinkedHashMap<>();
        Map<String, String> weights = new LinkedHashMap<>();
        StringBuilder methods = new StringBuilder();
        for (String part : parts) {
            for (String line : read(part).lines().toList()) {
                Matcher attribute = ATTRIBUTE.matcher(line);
                if (attribute.matches()) {
                    attributes.put(attribute.group(1), attribute.group(2));
                    String note = attribute.group(3);
                    if (note != null && TENSOR_NAME.matcher(note.strip()).matches()) {
                        weights.put(attribute.group(1), note.strip());
                    }
                } else if (line.startsWith("  ") || line.isBlank()) {
                    methods.append(line).append('\n');
                }
            }
        }
        return new ScriptSource(code(attributes, methods), attributes, weights);
    }

    private static String code(Map<String, String> attributes, StringBuilder methods) {
        StringBuilder code = new StringBuilder("class Model(Module):\n  __parameters__ = []\n  __buffers__ = []\n");
        attributes.forEach((name, type) ->
                code.append("  ").append(name).append(" : ").append(type).append('\n'));
        code.append(methods);
        attributes.forEach((name, type) -> {
            if (type.equals("List[Tensor]")) {
                code.append("  def put_").append(name).append("(self, value: List[Tensor]) -> int:\n");
                code.append("    self.").append(name).append(" = value\n    return len(value)\n");
            }
        });
        return code.toString();
    }

    private static String read(String part) {
        String resource = FOLDER + part + ".py";
        try (InputStream in = ScriptSource.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " expected in this build, none found");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
