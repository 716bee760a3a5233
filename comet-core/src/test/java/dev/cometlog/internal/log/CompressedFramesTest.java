package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.spi.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompressedFramesTest {
    private static final int CODEC = FrameDescriptor.codecFlag(2);

    @TempDir
    private Path directory;

    private HandmadeShard files;

    @BeforeEach
    void open() throws IOException {
        files = new HandmadeShard(directory);
    }

    @AfterEach
    void close() {
        files.close();
    }

    @ParameterizedTest
    @EnumSource(Verify.class)
    void compressedFramesAreDeliveredLikeAllOthers(Verify verify) throws IOException {
        files.saveActive(files.segment(0)
                .lone("plain", 0)
                .frame(CODEC, run(5, 'x'), 1, 1)
                .frame(CODEC | FrameDescriptor.MANY, literal(SegmentBuilder.manyBody("a", "", "b")), 2, 3)
                .lone("after", 3));

        assertThat(scan(verify).told).containsExactly("0=plain", "1=xxxxx", "2=a", "3=", "4=b", "5=after");
    }

    @Test
    void aClaimBeyondAnyPlausibleSizeIsDamageAndNothingIsAllocatedForIt() throws IOException {
        files.saveActive(files.segment(0)
                .frame(CODEC, run(Integer.MAX_VALUE, 'x'), 0, 1)
                .frame(CODEC, run(-1, 'x'), 0, 1)
                .lone("after", 3));

        assertThat(scan(Verify.CRC).told).endsWith("2=after").noneMatch(told -> told.contains("xxx"));
    }

    @Test
    void aCodecThatIsNotInstalledIsNamed() throws IOException {
        files.saveActive(
                files.segment(0).lone("plain", 0).frame(FrameDescriptor.codecFlag(1), literal(new byte[3]), 0, 1));
        ShardReader reader = new ShardReader(files.view());

        assertThatThrownBy(() -> reader.scan(9, Verify.CRC, (o, t, m, p, l) -> true, GapVisitor.ignore()))
                .isInstanceOf(CometException.MissingCodec.class)
                .hasMessageContaining("zstd");
        assertThat(reader.nextOffset()).isEqualTo(1);
    }

    private HandmadeShard.Scan scan(Verify verify) {
        ShardReader reader = new ShardReader(files.view(), new Codecs(List.of(new RunLengthCodec())));
        HandmadeShard.Scan scan = new HandmadeShard.Scan();
        reader.scan(100, verify, scan::visit, scan::gap);
        return scan;
    }

    private static byte[] run(int length, char value) {
        byte[] bytes = new byte[5];
        LittleEndian.putInt(bytes, 0, length);
        bytes[4] = (byte) value;
        return bytes;
    }

    private static byte[] literal(byte[] content) {
        byte[] bytes = new byte[4 + content.length];
        LittleEndian.putInt(bytes, 0, content.length);
        System.arraycopy(content, 0, bytes, 4, content.length);
        return bytes;
    }

    /// A length, and one byte to repeat or the bytes themselves.
    private static final class RunLengthCodec implements Codec {
        @Override
        public int id() {
            return 2;
        }

        @Override
        public String name() {
            return "run";
        }

        @Override
        public int maxCompressedLength(int length) {
            return length + 4;
        }

        @Override
        public int compress(byte[] source, int from, int length, byte[] target, int targetFrom, int level) {
            throw new UnsupportedOperationException(new String(source, StandardCharsets.UTF_8));
        }

        @Override
        public long decompressedLength(byte[] source, int from, int length) {
            return LittleEndian.getInt(source, from);
        }

        @Override
        public int decompress(byte[] source, int from, int length, byte[] target, int targetFrom, int maxLength) {
            int size = LittleEndian.getInt(source, from);
            if (size > maxLength) {
                throw new IllegalArgumentException("expands to " + size);
            }
            if (length == 5) {
                Arrays.fill(target, targetFrom, targetFrom + size, source[from + 4]);
            } else {
                System.arraycopy(source, from + 4, target, targetFrom, size);
            }
            return size;
        }
    }
}
