package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Pins the format: `golden/v1` was written once and never changes; what this version writes must be the same
/// bytes. A change here needs a new version of the format, FORMAT.md and a new golden directory.
class GoldenFormatTest {
    private static final long NONCE = 0x0123456789abcdefL;
    private static final long BASE_TIMESTAMP = 1_700_000_000_000_000L;
    private static final int DELTA = 1234;

    @Test
    void theSegmentHeaderIsWrittenAsEver() {
        assertThat(hex(header().encode())).isEqualTo(golden("segment-header"));
        assertThat(SegmentHeader.decode(bytes(golden("segment-header")))).contains(header());
    }

    @Test
    void framesAreWrittenAsEver() {
        BatchEncoder encoder = new BatchEncoder();
        encoder.encode(List.of(text("lone")));
        assertThat(frame(encoder)).isEqualTo(golden("frame-lone"));
        encoder.encode(List.of(text("a"), text(""), text("bc")));
        assertThat(frame(encoder)).isEqualTo(golden("frame-many"));
        encoder.encode(List.of(text("")));
        assertThat(frame(encoder)).isEqualTo(golden("frame-empty"));
    }

    @Test
    void compressedFramesAreWrittenAsEver() {
        BatchEncoder encoder = new BatchEncoder();
        encoder.encode(List.of(text("a".repeat(200)), text(""), text("b".repeat(300))));
        StreamSettings settings = StreamSettings.of(1, Map.of("codec", "runs", "codecMinBytes", "1"));
        Compression compression = Compression.of(
                settings, ShardFixture.pageInMemory(), TimeSource.SYSTEM, new Codecs(List.of(new RunLengthCodec())));

        int length = compression.frames(encoder.buffer(), encoder.length());

        byte[] many = Arrays.copyOf(encoder.buffer(), length);
        complete(many, LittleEndian.getInt(many, FrameDescriptor.CRC_FIELD));
        assertThat(hex(many)).isEqualTo(golden("frame-compressed-many"));
        Compression.Lone lone = compression.lone(text("c".repeat(300)), 0, 300);
        byte[] frame = new byte[FrameDescriptor.HEADER_LENGTH + lone.length()];
        LittleEndian.putInt(frame, FrameDescriptor.LENGTH_FIELD, lone.word());
        System.arraycopy(lone.bytes(), 0, frame, FrameDescriptor.HEADER_LENGTH, lone.length());
        complete(frame, Crc.of(lone.bytes(), 0, lone.length()));
        assertThat(hex(frame)).isEqualTo(golden("frame-compressed-lone"));
    }

    @Test
    void theSealIsWrittenAsEver() {
        byte[] frame = new byte[FrameDescriptor.SEAL_LENGTH];
        LittleEndian.putInt(frame, FrameDescriptor.LENGTH_FIELD, FrameDescriptor.SEAL_WORD);
        LittleEndian.putLong(frame, FrameDescriptor.HEADER_LENGTH, 42);
        complete(frame, Crc.of(frame, FrameDescriptor.HEADER_LENGTH, FrameDescriptor.SEAL_BODY_LENGTH));
        assertThat(hex(frame)).isEqualTo(golden("frame-seal"));
    }

    @Test
    void anIndexSlotIsWrittenAsEver() {
        MemorySegment index = MemorySegment.ofArray(new long[4]);
        IndexDescriptor.write(index, 1, NONCE, 17, 5000, DELTA);
        assertThat(hex(index.toArray(ValueLayout.JAVA_BYTE))).isEqualTo(golden("index-slot"));
    }

    @Test
    void aCheckpointIsWrittenAsEver() {
        Checkpoint checkpoint = new Checkpoint(7, 100, 5000, 64, 1L << 30, 3);
        assertThat(hex(checkpoint.encode())).isEqualTo(golden("checkpoint"));
        assertThat(Checkpoint.decode(MemorySegment.ofArray(bytes(golden("checkpoint"))), 0))
                .contains(checkpoint);
    }

    @Test
    void aNewStatePageIsWrittenAsEver() {
        byte[] page = ShardState.initialPage(0x1122334455667788L, 3, 16, 5, new BootId(6, 7));
        assertThat(page).hasSize(ShardState.PAGE_BYTES);
        assertThat(nonZeroWords(page)).isEqualTo(golden("state-page"));
    }

    @Test
    void propertiesAreWrittenAsEver() {
        byte[] text = PropertiesText.encode(Map.of("shards", "16", "codec", "none"));
        assertThat(hex(text)).isEqualTo(golden("properties"));
    }

    private static SegmentHeader header() {
        return new SegmentHeader(0x1122334455667788L, 3, 16, 64, 60, BASE_TIMESTAMP, NONCE, 262_144);
    }

    private static String frame(BatchEncoder encoder) {
        byte[] frame = Arrays.copyOf(encoder.buffer(), encoder.length());
        complete(frame, LittleEndian.getInt(frame, FrameDescriptor.CRC_FIELD));
        return hex(frame);
    }

    /// Puts time and place in as an append at the first position of the golden segment does.
    private static void complete(byte[] frame, int bodyCrc) {
        int word = LittleEndian.getInt(frame, FrameDescriptor.LENGTH_FIELD);
        LittleEndian.putInt(frame, FrameDescriptor.TIME_DELTA_FIELD, DELTA);
        LittleEndian.putInt(
                frame,
                FrameDescriptor.CRC_FIELD,
                FrameDescriptor.crcField(bodyCrc, NONCE, SegmentHeader.LENGTH, word, DELTA));
    }

    /// `offset:eight bytes` for every word that is not zero.
    private static String nonZeroWords(byte[] page) {
        StringBuilder words = new StringBuilder();
        for (int at = 0; at < page.length; at += Long.BYTES) {
            if (LittleEndian.getLong(page, at) != 0) {
                words.append(at)
                        .append(':')
                        .append(HexFormat.of().formatHex(page, at, at + Long.BYTES))
                        .append(' ');
            }
        }
        return words.toString().trim();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String golden(String name) {
        try (InputStream file = GoldenFormatTest.class.getResourceAsStream("/golden/v1/" + name + ".hex")) {
            assertThat(file).as("golden/v1/" + name + ".hex").isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
