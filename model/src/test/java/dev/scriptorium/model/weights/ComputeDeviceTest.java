package dev.scriptorium.model.weights;

import ai.djl.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ComputeDeviceTest {
    @ParameterizedTest
    @CsvSource({"cpu, cpu", "CPU, cpu", "auto, cuda:0", "gpu, cuda:0", "gpu:3, cuda:3", "gpu1, cuda:1"})
    void readsANameWhereThereIsAGpu(String name, String device) {
        assertThat(ComputeDevice.torchName(ComputeDevice.of(name, () -> true))).isEqualTo(device);
    }

    @Test
    void takesTheProcessorWhereThereIsNoGpu() {
        assertThat(ComputeDevice.of("auto", () -> false)).isEqualTo(Device.cpu());
        assertThat(ComputeDevice.name(Device.cpu())).isEqualTo("cpu");
        assertThat(ComputeDevice.name(Device.gpu(2))).isEqualTo("gpu:2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "gpu:0"})
    void saysWhatWasLookedForWhereAGpuIsAskedForAndThereIsNone(String name) {
        assertThatThrownBy(() -> ComputeDevice.of(name, () -> false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("device " + name, "CUDA", "PYTORCH_LIBRARY_PATH", "driver", "libtorch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cuda", "gpu:", "gpu:-1", "gpu:x", "tpu"})
    void refusesOtherNames(String name) {
        assertThatThrownBy(() -> ComputeDevice.of(name, () -> true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device: one of cpu, gpu, gpu:N, auto expected, '" + name + "' found");
    }

    @Test
    void computesInBfloat16OnlyWhereThatIsFast() {
        assertThat(Compute.of("auto", "cpu")).isEqualTo(Compute.cpu(ComputeType.best()));
        assertThat(Compute.of("f32", "cpu").onCpu()).isTrue();
        assertThat(Compute.cpu(DType.F32).freeMemory()).isPositive();
    }
}
