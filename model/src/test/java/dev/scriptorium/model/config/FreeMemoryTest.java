package dev.scriptorium.model.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The files are as Linux writes them, in a folder that is taken for the root. */
class FreeMemoryTest {
    @TempDir
    private Path root;

    @BeforeEach
    void machine() throws IOException {
        write("proc/meminfo", "MemTotal:       24684084 kB\nMemFree:  1000 kB\nMemAvailable:   8000 kB\n");
    }

    @Test
    void isWhatTheMachineHasWhereNoGroupLimitsIt() throws IOException {
        assertThat(free()).isEqualTo(8_192_000);
        write("proc/self/cgroup", "0::/user.slice\n");
        write("sys/fs/cgroup/user.slice/memory.max", "max\n");
        write("sys/fs/cgroup/user.slice/memory.current", "5000\n");
        assertThat(free()).isEqualTo(8_192_000);
    }

    @Test
    void isWhatTheGroupLeavesAndWhatItOnlyCaches() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        write("sys/fs/cgroup/memory.max", "1000000\n");
        write("sys/fs/cgroup/memory.current", "700000\n");
        write("sys/fs/cgroup/memory.stat", "anon 500000\ninactive_file 150000\nactive_file 50000\n");
        assertThat(free()).isEqualTo(500_000);
    }

    @Test
    void heedsTheGroupsAroundItsOwn() throws IOException {
        write("proc/self/cgroup", "0::/pods/one\n");
        write("sys/fs/cgroup/pods/one/memory.max", "1000000\n");
        write("sys/fs/cgroup/pods/one/memory.current", "0\n");
        write("sys/fs/cgroup/pods/memory.max", "900000\n");
        write("sys/fs/cgroup/pods/memory.current", "600000\n");
        assertThat(free()).isEqualTo(300_000);
    }

    @Test
    void knowsTheFirstVersionOfGroups() throws IOException {
        write("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/docker/a1\n0::/\n");
        // a container sees its own group as the outermost
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1900000\n");
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 7\ntotal_inactive_file 60000\ntotal_active_file 1\n");
        assertThat(free()).isEqualTo(160_001);
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(free()).isEqualTo(8_192_000);
    }

    @Test
    void isNeverLessThanNothing() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        write("sys/fs/cgroup/memory.max", "1000\n");
        write("sys/fs/cgroup/memory.current", "2000\n");
        assertThat(free()).isZero();
    }

    @Test
    void knowsThisMachine() {
        assertThat(FreeMemory.bytes()).isPositive();
    }

    private long free() {
        return new FreeMemory(root).available();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
