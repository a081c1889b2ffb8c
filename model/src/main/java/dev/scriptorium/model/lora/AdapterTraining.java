package dev.scriptorium.model.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.config.ModelConfig;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.script.NetworkParts;
import dev.scriptorium.model.script.ScriptModule;
import dev.scriptorium.model.weights.Checkpoint;
import dev.scriptorium.model.weights.Compute;
import dev.scriptorium.model.weights.DType;
import dev.scriptorium.model.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An adapter while it is trained, beside a base model that stays as it is. Its numbers are float32 and lie
 * in one row, whatever the base computes in; a step is any number of {@link #learn} calls, whose gradients
 * add up, and one {@link #step}.
 *
 * <p>{@link #save} and {@link #restore} keep every bit, so that a run that was interrupted ends with the
 * numbers that it would have ended with. Not thread-safe.
 *
 * @see "SPEC section 13"
 */
public final class AdapterTraining implements AutoCloseable {
    private final Network network;
    private final ScriptModule module;
    private final LoraConfig config;
    private final Map<String, LoraModules.Size> modules;
    private final AdamW settings;
    private final NDArray numbers;
    private final NDArray gradient;
    private final Moments moments;
    private long steps;

    private AdapterTraining(Network network, LoraConfig config, AdamW settings) {
        this.network = network;
        this.config = config;
        this.settings = settings;
        module = network.module();
        modules = LoraModules.matching(network.config(), config.targetModules());
        NDManager owner = network.manager();
        long used = LoraModules.parameters(modules, config.rank());
        // whole blocks, for moments that are kept in blocks; what is left over stays 0
        long length = (used + Moments.EightBit.BLOCK - 1) / Moments.EightBit.BLOCK * Moments.EightBit.BLOCK;
        numbers = owner.zeros(new Shape(length));
        moments = Moments.start(owner, length, settings.eightBit());
        NDArray[] weights = modules.keySet().stream()
                .map(name -> network.weights().get(name + ".weight"))
                .toArray(NDArray[]::new);
        module.train("train_adapter", weights, numbers, config.rank(), config.scale())
                .discard();
        gradient = module.train("whole_gradient").tensor(owner);
        ScriptModule.recordGradients();
    }

    /**
     * Begins with a new adapter, which changes nothing yet: A is drawn as PEFT draws it, uniformly within
     * 1 / sqrt(inputs), B is 0.
     *
     * @param compute what the network computes in, and where
     * @throws IllegalArgumentException if a target module is none of the base's linears
     */
    public static AdapterTraining begin(Checkpoint base, Compute compute, LoraConfig config, AdamW settings, long seed)
            throws IOException {
        AdapterTraining training = open(base, compute, config, settings);
        training.write(InitialAdapter.numbers(training.modules, config.rank(), seed));
        return training;
    }

    /** Goes on from an adapter, with a fresh memory of gradients. */
    public static AdapterTraining from(Checkpoint base, Compute compute, LoraAdapter adapter, AdamW settings)
            throws IOException {
        AdapterTraining training = open(base, compute, adapter.config(), settings);
        training.write(InitialAdapter.numbers(training.modules, adapter, training.module));
        return training;
    }

    private static AdapterTraining open(Checkpoint base, Compute compute, LoraConfig config, AdamW settings)
            throws IOException {
        Network network = Network.load(base, compute, NetworkParts.FINETUNING);
        try {
            return new AdapterTraining(network, config, settings);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /**
     * What a batch said.
     *
     * @param loss summed cross-entropy of all its labels
     * @param readersLoss mean CTC loss of the readers, 0 without them
     */
    public record Learned(double loss, double readersLoss) {}

    /**
     * Adds a batch's gradient.
     *
     * @param stepLabels labels of the whole step: the sum of {@link TrainingBatch#taught} of all its batches
     * @param balanceWeight of the loss that loads experts evenly; acts on the gradient, not on the result
     * @param readersWeight of the readers' loss, where the batch has readers
     * @param share of the step's pictures that this batch has
     */
    public Learned learn(
            TrainingBatch batch, int stepLabels, double balanceWeight, double readersWeight, double share) {
        try (NDManager temporary = network.manager().newSubManager()) {
            List<NDArray> result = batch.readers().isPresent()
                    ? learnWithReaders(batch, stepLabels, balanceWeight, readersWeight, share, temporary)
                    : learn(batch, stepLabels, balanceWeight, temporary);
            double loss = result.get(0).toFloatArray()[0];
            double readersLoss = batch.readers().isPresent() ? result.get(1).toFloatArray()[0] : 0;
            if (!Double.isFinite(loss + readersLoss)) {
                throw new IllegalStateException(
                        "step " + (steps + 1) + ": a finite loss expected, " + loss + ", " + readersLoss + " found");
            }
            return new Learned(loss, readersLoss);
        }
    }

    /** Logits (B, T, vocabulary) of a batch, which belong to {@code owner}. */
    public NDArray logits(TrainingBatch batch, NDManager owner) {
        return module.infer(
                        "train_logits",
                        pixels(batch, owner),
                        ids(batch.ids(), batch, owner),
                        known(batch, owner),
                        batch.imageStart())
                .tensor(owner);
    }

    private List<NDArray> learn(TrainingBatch batch, int stepLabels, double balanceWeight, NDManager owner) {
        return module.train(
                        "learn",
                        pixels(batch, owner),
                        ids(batch.ids(), batch, owner),
                        known(batch, owner),
                        ids(batch.labels(), batch, owner),
                        batch.imageStart(),
                        stepLabels,
                        balanceWeight)
                .tensors(owner);
    }

    private List<NDArray> learnWithReaders(
            TrainingBatch batch,
            int stepLabels,
            double balanceWeight,
            double readersWeight,
            double share,
            NDManager owner) {
        TrainingBatch.Readers readers = batch.readers().orElseThrow();
        return module.train(
                        "learn_with_readers",
                        pixels(batch, owner),
                        ids(batch.ids(), batch, owner),
                        known(batch, owner),
                        ids(batch.labels(), batch, owner),
                        batch.imageStart(),
                        stepLabels,
                        balanceWeight,
                        owner.create(readers.ids()),
                        readers.columnFrames(),
                        readers.tokenFrames(),
                        readers.lengths(),
                        readersWeight,
                        share)
                .tensors(owner);
    }

    /**
     * Changes the adapter by what was learned since the last step.
     *
     * @param rate learning rate
     * @return the gradient's norm before clipping
     */
    public double step(double rate) {
        double norm;
        try (NDManager temporary = network.manager().newSubManager()) {
            norm = module.train("clip_gradient", settings.clipNorm())
                    .tensor(temporary)
                    .toFloatArray()[0];
        }
        moments.update(module, numbers, gradient, settings, rate, ++steps);
        module.train("forget_gradient").discard();
        return norm;
    }

    /** Owner of temporaries that a caller asks for. */
    public NDManager manager() {
        return network.manager();
    }

    /** Steps done. */
    public long steps() {
        return steps;
    }

    /** Numbers that are trained. */
    public long parameters() {
        return LoraModules.parameters(modules, config.rank());
    }

    /** Bytes that the memory of gradients takes. */
    public long momentBytes() {
        return moments.bytes();
    }

    /** The base model's dimensions. */
    public ModelConfig base() {
        return network.config();
    }

    /** True if the base has readers, so that batches may have what they should see. */
    public boolean hasReaders() {
        return network.weights().containsKey("ctc_tokens.weight")
                && network.weights().containsKey("ctc_columns.weight");
    }

    /**
     * Writes the adapter as PEFT does: {@code adapter_config.json} and {@code adapter_model.safetensors}.
     *
     * @param metadata lines for people
     */
    public void export(Path dir, Map<String, String> metadata) throws IOException {
        Files.createDirectories(dir);
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        metadata.forEach(writer::metadata);
        float[] values = numbers.toFloatArray();
        NumberRow row = new NumberRow(modules, config.rank());
        row.forEach(
                (name, shape, from, to) -> writer.put(name, DType.F32, shape, Arrays.copyOfRange(values, from, to)));
        writer.write(dir.resolve(LoraAdapter.WEIGHTS));
        config.write(dir);
    }

    /** Writes everything that the next step depends on. */
    public void save(Path file, Map<String, String> metadata) throws IOException {
        StateFile.write(file, state(), metadata);
    }

    /**
     * Takes up where {@link #save} left off.
     *
     * @param stepsDone what {@link #steps} was then
     * @throws IOException if the file cannot be read, or is that of another run
     */
    public void restore(Path file, long stepsDone) throws IOException {
        StateFile.read(file, state(), module);
        steps = stepsDone;
    }

    private Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>(moments.tensors());
        state.put("numbers", numbers);
        return state;
    }

    @Override
    public void close() {
        network.close();
    }

    /** The gradient that the next step will take, by PEFT's names. */
    public Map<String, float[]> gradients() {
        return new NumberRow(modules, config.rank()).split(gradient.toFloatArray());
    }

    /** The adapter's numbers by PEFT's names. */
    public Map<String, float[]> values() {
        return new NumberRow(modules, config.rank()).split(numbers.toFloatArray());
    }

    private void write(float[] values) {
        float[] padded = Arrays.copyOf(values, Math.toIntExact(numbers.size()));
        try (NDArray given = network.manager().create(padded)) {
            StateFile.overwrite(module, numbers, given);
        }
    }

    private static NDArray pixels(TrainingBatch batch, NDManager owner) {
        return owner.create(batch.pixels(), new Shape(batch.size(), 3, batch.height(), batch.width()));
    }

    private static NDArray ids(long[] ids, TrainingBatch batch, NDManager owner) {
        return owner.create(ids, new Shape(batch.size(), batch.positions()));
    }

    private static NDArray known(TrainingBatch batch, NDManager owner) {
        long[] known = new long[batch.ids().length];
        for (int i = 0; i < batch.size(); i++) {
            Arrays.fill(known, i * batch.positions(), i * batch.positions() + batch.lengths()[i], 1);
        }
        return ids(known, batch, owner);
    }
}
