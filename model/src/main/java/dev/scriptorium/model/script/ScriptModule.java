package dev.scriptorium.model.script;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.TorchScriptBridge;
import dev.scriptorium.model.weights.ComputeDevice;
import dev.scriptorium.model.weights.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A part of the network as libtorch runs it: TorchScript text from this build's resources, with
 * constants from a checkpoint's config and lists of weights. The only class that crosses DJL's JNI
 * border, so that no other needs to know that bfloat16 tensors must never meet DJL's own operators.
 *
 * <p>Methods may be called from several threads at once unless the script changes its own lists (the
 * key-value cache does). Tensors that a call returns belong to the manager given with it.
 */
public final class ScriptModule implements AutoCloseable {
    private final ScriptSource source;
    private final PtNDManager manager;
    private final PtSymbolBlock block;
    /** Memory that tensors were put into without a copy: it must stay reachable as long as they are used. */
    private final List<ByteBuffer> mapped = new ArrayList<>();

    private ScriptModule(ScriptSource source, PtNDManager manager, PtSymbolBlock block) {
        this.source = source;
        this.manager = manager;
        this.block = block;
    }

    /**
     * Compiles parts into one module.
     *
     * @param parts resource names without {@code .py}, in any order
     * @param constants a value for every attribute of the parts that is not a list of tensors
     * @throws EngineException if the text does not compile, with line and caret
     */
    public static ScriptModule load(NDManager parent, List<String> parts, Map<String, Object> constants) {
        ScriptSource source = ScriptSource.of(parts);
        byte[] archive = ScriptArchive.pack(source, constants);
        PtNDManager manager = (PtNDManager) parent.newSubManager(parent.getDevice());
        try {
            PtSymbolBlock block = JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false);
            return new ScriptModule(source, manager, block);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Attributes that hold checkpoint tensors, with the pattern of the tensors' names: {@code {i}} is any number. */
    public Map<String, String> weightPatterns() {
        return source.weights();
    }

    /** Fills a list attribute. The tensors must live as long as this module. */
    public void put(String attribute, List<NDArray> tensors) {
        run("put_" + attribute, true, (Object) tensors.toArray(NDArray[]::new)).close();
    }

    /** Runs a method in inference mode: fastest, but what it makes cannot be changed in place or trained. */
    public Result infer(String method, Object... arguments) {
        return new Result(run(method, false, arguments));
    }

    /** Runs a method with ordinary tensors, recording gradients where the thread's grad mode is on. */
    public Result train(String method, Object... arguments) {
        return new Result(run(method, true, arguments));
    }

    /** Lets {@link #train} record gradients in the calling thread: the engine's start switched that off for its own. */
    public static void recordGradients() {
        JniUtils.setGradMode(true);
    }

    /**
     * Puts foreign memory into a tensor without a copy; a GPU gets one.
     *
     * @param memory direct or mapped, native byte order, as long as the shape says; kept reachable by this module
     * @param torchType libtorch's ScalarType
     */
    public NDArray wrap(ByteBuffer memory, long[] shape, int torchType) {
        PtNDArray tensor = (PtNDArray) train("shell", shape, torchType).tensor(manager);
        JniUtils.set(tensor, memory);
        if (device().isGpu()) {
            return send(tensor, device());
        }
        mapped.add(memory);
        return tensor;
    }

    /**
     * Copies foreign memory into a tensor of its own.
     *
     * @param memory native byte order, as long as the shape says
     * @param torchType libtorch's ScalarType
     */
    public NDArray copy(ByteBuffer memory, long[] shape, int torchType) {
        PtNDArray tensor = (PtNDArray) train("empty", shape, torchType).tensor(manager);
        JniUtils.getByteBuffer(tensor, true).put(memory);
        return device().isGpu() ? send(tensor, device()) : tensor;
    }

    /** Whole numbers for a script, to be overwritten by nobody. A GPU fetches them by itself, from pinned memory. */
    public NDArray numbers(NDManager owner, long... values) {
        if (!device().isGpu()) {
            return owner.create(values);
        }
        try (NDArray room =
                train("pinned", new long[] {values.length}, DType.I64.torch()).tensor(manager)) {
            buffer(room).asLongBuffer().put(values);
            return fetched(owner, room);
        }
    }

    /** Bytes for a script, in the same way. */
    public NDArray bytes(NDManager owner, List<byte[]> parts, Shape shape) {
        if (!device().isGpu()) {
            ByteBuffer all = ByteBuffer.allocateDirect(Math.toIntExact(shape.size()));
            parts.forEach(all::put);
            return owner.create(all.flip(), shape, DataType.UINT8);
        }
        try (NDArray room = train("pinned", shape.getShape(), DType.U8.torch()).tensor(manager)) {
            ByteBuffer all = buffer(room);
            parts.forEach(all::put);
            return fetched(owner, room);
        }
    }

    private static ByteBuffer buffer(NDArray room) {
        return JniUtils.getByteBuffer((PtNDArray) room, true).order(ByteOrder.nativeOrder());
    }

    private NDArray fetched(NDManager owner, NDArray room) {
        return infer("send_pinned", room, ComputeDevice.torchName(device())).tensor(owner);
    }

    /** A copy on a device in place of a tensor, which is closed. DJL's own way ends the process where bfloat16 comes in. */
    NDArray send(NDArray tensor, Device target) {
        try (tensor) {
            return train("send", tensor, ComputeDevice.torchName(target)).tensor(manager);
        }
    }

    /** Gives memory of a GPU back that no tensor has any more; libtorch keeps it otherwise. */
    public void giveBackUnused() {
        if (device().isGpu()) {
            JniUtils.emptyCudaCache();
        }
    }

    /** The manager that owns this module's weights. */
    public NDManager manager() {
        return manager;
    }

    /** Where this module computes. */
    public Device device() {
        return manager.getDevice();
    }

    @Override
    public void close() {
        block.close();
        manager.close();
        mapped.clear();
    }

    private IValue run(String method, boolean autograd, Object... arguments) {
        IValue[] values = new IValue[arguments.length];
        try {
            for (int i = 0; i < values.length; i++) {
                values[i] = value(arguments[i]);
            }
            // The optimizer's own derivatives lose the types of mixed-precision products, and it recompiles for
            // every new shape. The switch is the thread's.
            JniUtils.setGraphExecutorOptimize(false);
            return TorchScriptBridge.run(block, method, autograd, values);
        } finally {
            for (IValue value : values) {
                if (value != null) {
                    value.close();
                }
            }
        }
    }

    private static IValue value(Object argument) {
        if (argument instanceof NDArray tensor) {
            return IValue.from((PtNDArray) tensor);
        } else if (argument instanceof NDArray[] tensors) {
            return IValue.listFrom(java.util.Arrays.copyOf(tensors, tensors.length, PtNDArray[].class));
        } else if (argument instanceof Integer number) {
            return IValue.from(number.longValue());
        } else if (argument instanceof Long number) {
            return IValue.from(number.longValue());
        } else if (argument instanceof Double number) {
            return IValue.from(number.doubleValue());
        } else if (argument instanceof Boolean flag) {
            return IValue.from(flag.booleanValue());
        } else if (argument instanceof long[] numbers) {
            return IValue.listFrom(numbers);
        } else if (argument instanceof String text) {
            return IValue.from(text);
        }
        throw new IllegalArgumentException("argument: a tensor, tensors, number, flag, text or long[] expected, "
                + (argument == null ? "null" : argument.getClass().getName()) + " found");
    }

    /** What a method returned; read it once, which also frees it. */
    public static final class Result {
        private final IValue value;

        private Result(IValue value) {
            this.value = value;
        }

        /** As one tensor, owned by {@code owner}. */
        public NDArray tensor(NDManager owner) {
            try (value) {
                return value.toTensor((PtNDManager) owner);
            }
        }

        /** As a list or tuple of tensors, owned by {@code owner}. */
        public List<NDArray> tensors(NDManager owner) {
            try (value) {
                if (value.isTensorList()) {
                    return List.of(value.toTensorArray((PtNDManager) owner));
                }
                List<NDArray> tensors = new ArrayList<>();
                for (IValue element : value.toIValueTuple()) {
                    try (element) {
                        tensors.add(element.toTensor((PtNDManager) owner));
                    }
                }
                return tensors;
            }
        }

        /** As an integer. */
        public long number() {
            try (value) {
                return value.toLong();
            }
        }

        /** Nothing of interest. */
        public void discard() {
            value.close();
        }
    }
}
