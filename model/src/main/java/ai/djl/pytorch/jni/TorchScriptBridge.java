package ai.djl.pytorch.jni;

import ai.djl.pytorch.engine.PtSymbolBlock;

/**
 * The one door into DJL's package-private JNI: runs any method of a script module with any arguments,
 * with autograd or without. DJL's public API runs named methods only in inference mode, where nothing
 * can be trained and no buffer that outlives the call can be made.
 */
public final class TorchScriptBridge {
    private TorchScriptBridge() {}

    /**
     * Runs {@code method} of {@code module} in the calling thread.
     *
     * @param autograd false runs in inference mode; true leaves the thread's grad mode as it is and makes
     *     ordinary tensors
     * @param arguments not closed here
     * @return the result, which the caller closes
     * @throws ai.djl.engine.EngineException with the script's own trace back
     */
    public static IValue run(PtSymbolBlock module, String method, boolean autograd, IValue... arguments) {
        long[] handles = new long[arguments.length];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = arguments[i].getHandle();
        }
        return new IValue(PyTorchLibrary.LIB.moduleRunMethod(module.getHandle(), method, handles, autograd, false));
    }
}
