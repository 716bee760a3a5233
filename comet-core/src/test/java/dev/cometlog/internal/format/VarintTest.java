package dev.cometlog.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VarintTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, 0x7fff_ffff})
    void aValueReadsAsWhatWasWrittenInAsManyBytesAsAnnounced(int value) {
        byte[] bytes = new byte[8];
        int behind = Varint.put(bytes, 1, value);
        long decoded = Varint.get(bytes, 1, bytes.length);

        assertThat(behind).isEqualTo(1 + Varint.length(value));
        assertThat(Varint.value(decoded)).isEqualTo(value);
        assertThat(Varint.next(decoded)).isEqualTo(behind);
        assertThat(Varint.get(bytes, 1, behind - 1)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x80_80_80_80_08L, 0xff_ff_ff_ff_ffL, 0x80_80_80_80_80L})
    void moreThan31BitsAreMalformed(long bigEndian) {
        byte[] bytes = new byte[5];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (bigEndian >>> (8 * (4 - i)));
        }
        assertThat(Varint.get(bytes, 0, bytes.length)).isEqualTo(-1);
    }
}
