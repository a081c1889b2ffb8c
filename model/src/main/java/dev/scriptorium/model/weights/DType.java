package dev.scriptorium.model.weights;

import java.util.Arrays;
import java.util.Optional;

/** Element types of a safetensors file that the network can hold, with libtorch's number for each. */
public enum DType {
    F32(4, 6),
    F16(2, 5),
    BF16(2, 15),
    F64(8, 7),
    I64(8, 4),
    I32(4, 3),
    U8(1, 0),
    BOOL(1, 11);

    private final int bytes;
    private final int torch;

    DType(int bytes, int torch) {
        this.bytes = bytes;
        this.torch = torch;
    }

    /** Bytes an element. */
    public int bytes() {
        return bytes;
    }

    /** libtorch's ScalarType. */
    public int torch() {
        return torch;
    }

    /** True for the types that weights are stored in. */
    public boolean floating() {
        return this == F32 || this == F16 || this == BF16 || this == F64;
    }

    static Optional<DType> of(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
