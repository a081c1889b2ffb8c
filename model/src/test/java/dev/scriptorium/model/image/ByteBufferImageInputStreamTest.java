package dev.scriptorium.model.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ByteBufferImageInputStreamTest {
    @Test
    void stopsWhoGoesOnAskingBehindTheEnd() throws IOException {
        try (ByteBufferImageInputStream stream = new ByteBufferImageInputStream(ByteBuffer.wrap(new byte[] {7}))) {
            assertThat(stream.read()).isEqualTo(7);
            for (int i = 0; i < ByteBufferImageInputStream.PATIENCE; i++) {
                assertThat(i % 2 == 0 ? stream.read() : stream.read(new byte[4], 0, 4))
                        .isEqualTo(-1);
            }
            assertThatThrownBy(stream::read)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1 bytes");
        }
    }
}
