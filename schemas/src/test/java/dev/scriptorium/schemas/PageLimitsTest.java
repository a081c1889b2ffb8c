package dev.scriptorium.schemas;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PageLimitsTest {
    @ParameterizedTest
    @CsvSource({"1, 0", "1000, 1000", "20971520, 1000000", "104857600, 1000000", "1073741824, 1073741824"})
    void agreesWithItselfAtEveryStation(int maxPageBytes, int maxInlineBytes) {
        PageLimits limits = new PageLimits(maxPageBytes, maxInlineBytes);
        long record = limits.maxRecordBytes();
        assertThat(record).isGreaterThanOrEqualTo(maxInlineBytes + (long) PageLimits.RECORD_OVERHEAD_BYTES);
        assertThat(Long.parseLong(limits.topicConfig().get("max.message.bytes")))
                .isEqualTo(record);
        assertThat(number(limits.producerConfig().get("max.request.size"))).isEqualTo(record);
        assertThat(number(limits.producerConfig().get("buffer.memory"))).isGreaterThanOrEqualTo(2 * record);
        assertThat(number(limits.consumerConfig().get("max.partition.fetch.bytes")))
                .isEqualTo(record);
        assertThat(number(limits.consumerConfig().get("fetch.max.bytes"))).isGreaterThanOrEqualTo(record);
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }

    @Test
    void refusesSizesThatMakeNoSense() {
        assertThatThrownBy(() -> new PageLimits(0, 0)).hasMessageContaining("max-page-bytes");
        assertThatThrownBy(() -> new PageLimits(10, 11)).hasMessageContaining("max-inline-bytes");
        assertThatThrownBy(() -> new PageLimits(10, -1)).hasMessageContaining("max-inline-bytes");
    }

    @Test
    void refusesAPageAtTheDoor() {
        PageLimits limits = new PageLimits(10, 10);
        limits.check("doc/1", 10);
        assertThatThrownBy(() -> limits.check("doc/1", 11))
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERSIZE))
                .hasMessage("page doc/1: at most max-page-bytes=10 expected, 11 found");
    }
}
