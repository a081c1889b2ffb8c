package dev.scriptorium.model.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.scriptorium.model.script.Network;
import dev.scriptorium.model.script.ScriptModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The adapters that one network can read with at the same time. They are stacked into one A and one B a
 * weight, so that a batch whose sequences have different adapters costs two thin products a linear, however
 * many adapters there are; each row is multiplied with the ranks of its own adapter only.
 *
 * <p>While no adapter is chosen the network computes what it computes without a bank, to the bit. Not
 * thread-safe: whoever runs the network drives its bank.
 */
public final class AdapterBank implements AutoCloseable {
    private final Network network;
    private final ScriptModule module;
    /** Adapters and the first of their ranks in the stack. */
    private final Map<LoraAdapter, Integer> firstRank = new LinkedHashMap<>();

    private NDManager stack;
    private int ranks;
    private List<Optional<LoraAdapter>> chosen = List.of();

    /** An empty bank; it must be closed before its network. */
    public AdapterBank(Network network) {
        this.network = network;
        module = network.module();
        stack = module.manager().newSubManager();
    }

    /** The adapters that sequences can be read with. */
    public Set<LoraAdapter> adapters() {
        return Set.copyOf(firstRank.keySet());
    }

    /**
     * Holds exactly these adapters from now on, and reads with the base model until {@link #choose}. Takes
     * as long as copying all of them: not for every batch.
     */
    public void hold(Set<LoraAdapter> adapters) {
        NDManager old = stack;
        stack = module.manager().newSubManager();
        firstRank.clear();
        ranks = 0;
        chosen = List.of();
        Set<String> modules = new LinkedHashSet<>();
        for (LoraAdapter adapter : adapters) {
            firstRank.put(adapter, ranks);
            ranks += adapter.config().rank();
            modules.addAll(adapter.modules().keySet());
        }
        List<NDArray> weights = new ArrayList<>();
        List<NDArray> a = new ArrayList<>();
        List<NDArray> b = new ArrayList<>();
        for (String name : modules) {
            NDArray weight = network.weights().get(name + ".weight");
            weights.add(weight);
            a.add(stacked(name, weight, true));
            b.add(stacked(name, weight, false));
        }
        module.train("load_adapters", array(weights), array(a), array(b)).discard();
        old.close();
    }

    /** Reads all sequences of the batches to come with one adapter, or with the base model. */
    public void choose(Optional<LoraAdapter> adapter) {
        choose(List.of(adapter));
    }

    /**
     * Reads the batches to come with one adapter a sequence.
     *
     * @param rows each sequence's adapter in turn; none for the base model. A single row stands for batches of
     *     any size
     * @throws IllegalArgumentException if the bank does not hold one of them
     */
    public void choose(List<Optional<LoraAdapter>> rows) {
        if (rows.equals(chosen) || (allBase(rows) && allBase(chosen))) {
            return;
        }
        chosen = List.copyOf(rows);
        if (allBase(rows)) {
            module.train("share_adapters", (Object) new NDArray[0]).discard();
            return;
        }
        boolean alike = rows.stream().distinct().count() == 1;
        int count = alike ? 1 : rows.size();
        float[] share = new float[count * ranks];
        for (int row = 0; row < count; row++) {
            fill(share, row, rows.get(row));
        }
        try (NDManager temporary = module.manager().newSubManager()) {
            NDArray numbers = temporary.create(share, alike ? new Shape(ranks) : new Shape(count, ranks));
            NDArray inType = cast(numbers, temporary);
            module.train("share_adapters", (Object) new NDArray[] {inType}).discard();
        }
    }

    /** Forgets all adapters: the network is as it was before. */
    @Override
    public void close() {
        hold(Set.of());
        stack.close();
    }

    private static boolean allBase(List<Optional<LoraAdapter>> rows) {
        return rows.stream().allMatch(Optional::isEmpty);
    }

    private void fill(float[] share, int row, Optional<LoraAdapter> chosen) {
        if (chosen.isEmpty()) {
            return;
        }
        LoraAdapter adapter = chosen.get();
        Integer first = firstRank.get(adapter);
        if (first == null) {
            throw new IllegalArgumentException("adapter " + adapter.id() + ": one that the bank holds expected, "
                    + firstRank.size() + " others found");
        }
        int from = row * ranks + first;
        Arrays.fill(share, from, from + adapter.config().rank(), (float)
                adapter.config().scale());
    }

    private NDArray stacked(String name, NDArray weight, boolean first) {
        try (NDManager temporary = module.manager().newSubManager()) {
            List<NDArray> parts = new ArrayList<>();
            for (LoraAdapter adapter : firstRank.keySet()) {
                parts.add(part(adapter, name, weight, first, temporary));
            }
            return module.train("stack_ranks", array(parts), first ? 0 : 1).tensor(stack);
        }
    }

    private NDArray part(LoraAdapter adapter, String name, NDArray weight, boolean first, NDManager owner) {
        LoraAdapter.Pair pair = adapter.modules().get(name);
        if (pair == null) {
            long[] shape = weight.getShape().getShape();
            long rank = adapter.config().rank();
            return cast(owner.zeros(first ? new Shape(rank, shape[1]) : new Shape(shape[0], rank)), owner);
        }
        return cast(tensor(module, first ? pair.a() : pair.b(), owner), owner);
    }

    private NDArray cast(NDArray tensor, NDManager owner) {
        return module.train("cast", tensor, network.type().torch()).tensor(owner);
    }

    /** Copies a matrix into a tensor of its own type. */
    static NDArray tensor(ScriptModule module, LoraAdapter.Matrix matrix, NDManager owner) {
        NDArray tensor = module.copy(
                matrix.memory().duplicate(),
                new long[] {matrix.rows(), matrix.columns()},
                matrix.type().torch());
        tensor.attach(owner);
        return tensor;
    }

    private static NDArray[] array(List<NDArray> tensors) {
        return tensors.toArray(NDArray[]::new);
    }
}
