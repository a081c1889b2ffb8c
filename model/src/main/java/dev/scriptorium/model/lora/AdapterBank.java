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
 * thread-safe: whoever runs the network drives its bank, except for {@link #stack}.
 */
public final class AdapterBank implements AutoCloseable {
    private final Network network;
    private final ScriptModule module;

    private Stack held;
    private List<Optional<LoraAdapter>> chosen = List.of();

    /** Adapters side by side in native memory, for the bank that stacked them; to be held by it or closed. */
    public static final class Stack implements AutoCloseable {
        private final NDManager owner;
        /** Adapters and the first of their ranks. */
        private final Map<LoraAdapter, Integer> firstRank = new LinkedHashMap<>();

        private final List<NDArray> weights = new ArrayList<>();
        private final List<NDArray> a = new ArrayList<>();
        private final List<NDArray> b = new ArrayList<>();
        private int ranks;

        private Stack(NDManager owner) {
            this.owner = owner;
        }

        /** What lies in it. */
        public Set<LoraAdapter> adapters() {
            return Set.copyOf(firstRank.keySet());
        }

        @Override
        public void close() {
            owner.close();
        }
    }

    /** An empty bank; it must be closed before its network. */
    public AdapterBank(Network network) {
        this.network = network;
        module = network.module();
        held = new Stack(module.manager().newSubManager());
    }

    /** The adapters that sequences can be read with. */
    public Set<LoraAdapter> adapters() {
        return held.adapters();
    }

    /**
     * Holds exactly these adapters from now on, and reads with the base model until {@link #choose}. Takes
     * as long as copying all of them: not for every batch.
     */
    public void hold(Set<LoraAdapter> adapters) {
        hold(stack(adapters));
    }

    /**
     * Copies adapters side by side, for {@link #hold(Stack)}. Any thread may do this while another runs the network.
     *
     * @throws ai.djl.engine.EngineException if there is no memory for it; nothing has changed then
     */
    public Stack stack(Set<LoraAdapter> adapters) {
        Stack stack = new Stack(module.manager().newSubManager());
        try {
            Set<String> modules = new LinkedHashSet<>();
            for (LoraAdapter adapter : adapters) {
                stack.firstRank.put(adapter, stack.ranks);
                stack.ranks += adapter.config().rank();
                modules.addAll(adapter.modules().keySet());
            }
            for (String name : modules) {
                NDArray weight = network.weights().get(name + ".weight");
                stack.weights.add(weight);
                stack.a.add(stacked(stack, name, weight, true));
                stack.b.add(stacked(stack, name, weight, false));
            }
            return stack;
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    /**
     * Holds what was stacked from now on, and reads with the base model until {@link #choose}. Costs no more than a call.
     *
     * @param stack of this bank; closed when something else is held
     */
    public void hold(Stack stack) {
        chosen = List.of();
        module.train("load_adapters", array(stack.weights), array(stack.a), array(stack.b))
                .discard();
        if (network.groups()) {
            module.train("group_adapters").discard();
        }
        held.close();
        held = stack;
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
        int ranks = held.ranks;
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
        held.close();
    }

    private static boolean allBase(List<Optional<LoraAdapter>> rows) {
        return rows.stream().allMatch(Optional::isEmpty);
    }

    private void fill(float[] share, int row, Optional<LoraAdapter> chosen) {
        if (chosen.isEmpty()) {
            return;
        }
        LoraAdapter adapter = chosen.get();
        Integer first = held.firstRank.get(adapter);
        if (first == null) {
            throw new IllegalArgumentException("adapter " + adapter.id() + ": one that the bank holds expected, "
                    + held.firstRank.size() + " others found");
        }
        int from = row * held.ranks + first;
        Arrays.fill(share, from, from + adapter.config().rank(), (float)
                adapter.config().scale());
    }

    private NDArray stacked(Stack stack, String name, NDArray weight, boolean first) {
        try (NDManager temporary = module.manager().newSubManager()) {
            List<NDArray> parts = new ArrayList<>();
            for (LoraAdapter adapter : stack.firstRank.keySet()) {
                parts.add(part(adapter, name, weight, first, temporary));
            }
            return module.train("stack_ranks", array(parts), first ? 0 : 1).tensor(stack.owner);
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
