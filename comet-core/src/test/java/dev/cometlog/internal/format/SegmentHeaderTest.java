package dev.cometlog.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SegmentHeaderTest {
    private static final SegmentHeader HEADER = new SegmentHeader(0x1234_5678_9abc_def0L, 7, 16, 1000, 900, 5, 6, 4096);

    @Test
    void aHeaderReadsAsWhatWasWritten() {
        assertThat(HEADER.encode()).hasSize(SegmentHeader.LENGTH);
        assertThat(SegmentHeader.decode(HEADER.encode())).contains(HEADER);
    }

    @Test
    void noBitOfAHeaderCanChangeUnnoticed() {
        for (int bit = 0; bit < SegmentHeader.LENGTH * 8; bit++) {
            byte[] bytes = HEADER.encode();
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(SegmentHeader.decode(bytes)).as("bit %d", bit).isEmpty();
        }
    }

    @Test
    void whatNoWriterWritesIsNoHeader() {
        assertThat(SegmentHeader.decode(new byte[63])).isEmpty();
        assertThat(SegmentHeader.decode(new byte[64])).isEmpty();
        assertThat(SegmentHeader.decode(new SegmentHeader(1, 0, 1, 10, 11, 0, 0, 4096).encode()))
                .isEmpty();
        assertThat(SegmentHeader.decode(new SegmentHeader(1, 1, 1, 10, 10, 0, 0, 4096).encode()))
                .isEmpty();
        assertThat(SegmentHeader.decode(new SegmentHeader(1, 0, 1, 10, 10, 0, 0, 64).encode()))
                .isEmpty();
    }
}
