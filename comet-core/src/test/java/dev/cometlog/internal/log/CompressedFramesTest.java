package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.EntryVisitor;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.Varint;
import java.io.ByteArrayOutputStream;
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
import org.junit.jupiter.params.provider.ValueSource;

class CompressedFramesTest {
    private static final int RUNS = FrameDescriptor.codecFlag(RunLengthCodec.ID);
    private static final int ZSTD = FrameDescriptor.codecFlag(1);
    private static final EntryVisitor ANY = (offset, micros, memory, position, length) -> true;

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
                .frame(RUNS, lone(5, runs("xxxxx")), 1, 1)
                .frame(RUNS | FrameDescriptor.MANY, many(3, "a", "", "b"), 2, 3)
                .lone("after", 3));

        assertThat(scan(verify).told).containsExactly("0=plain", "1=xxxxx", "2=a", "3=", "4=b", "5=after");
    }

    @Test
    void aReaderMayStopAndGoOnInTheMiddleOfACompressedFrame() throws IOException {
        files.saveActive(files.segment(0).frame(RUNS | FrameDescriptor.MANY, many(4, "a", "bb", "ccc", "d"), 0, 4));
        ShardReader reader = new ShardReader(files.view(), codecs());
        HandmadeShard.Scan scan = new HandmadeShard.Scan();

        reader.scan(1, Verify.CRC, scan::visit, scan::gap);
        reader.scan(2, Verify.CRC, scan::visit, scan::gap);
        reader.seek(1);
        reader.scan(9, Verify.CRC, scan::visit, scan::gap);

        assertThat(scan.told).containsExactly("0=a", "1=bb", "2=ccc", "1=bb", "2=ccc", "3=d");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, (1 << 20) + 1, 5 << 20, FrameDescriptor.MAX_BODY_LENGTH, Integer.MAX_VALUE})
    void aBombIsDamageAndNothingIsAllocatedForIt(int claimed) throws IOException {
        files.saveActive(files.segment(0)
                .frame(RUNS, lone(claimed, runs("xxxxx")), 0, 1)
                .frame(RUNS | FrameDescriptor.MANY, many(claimed, 1, runs("\1x")), 0, 1)
                .lone("after", 3));

        assertThat(scan(Verify.CRC).told).containsExactly("0..1 DAMAGE", "1..2 DAMAGE", "2=after");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void aBodyThatDoesNotExpandToWhatItClaimsIsDamage(int claimed) throws IOException {
        files.saveActive(
                files.segment(0).frame(RUNS, lone(claimed, runs("xxxxx")), 0, 1).lone("after", 3));

        assertThat(scan(Verify.CRC).told).containsExactly("0..1 DAMAGE", "1=after");
    }

    @Test
    void aCountThatIsALieCostsItsFrameAloneAndRenumbersNothing() throws IOException {
        files.saveActive(files.segment(0)
                .frame(RUNS | FrameDescriptor.MANY, many(4, "a", "b", "c"), 0, 4)
                .frame(RUNS | FrameDescriptor.MANY, many(1, "d", "e"), 0, 1)
                .frame(RUNS | FrameDescriptor.MANY, many(1_000_000, "f"), 0, 1)
                .frame(RUNS | FrameDescriptor.MANY, many(0, "g"), 0, 1)
                .lone("after", 3));

        assertThat(scan(Verify.CRC).told)
                .containsExactly("0=a", "1=b", "2=c", "3..4 DAMAGE", "4=d", "5..6 DAMAGE", "6..7 DAMAGE", "7=after");
    }

    @Test
    void aTruncatedFrontIsDamage() throws IOException {
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0x80);
        files.saveActive(files.segment(0)
                .frame(RUNS, new byte[] {(byte) 0x80}, 0, 1)
                .frame(RUNS | FrameDescriptor.MANY, new byte[] {1}, 0, 1)
                .frame(RUNS | FrameDescriptor.MANY, endless, 0, 1)
                .lone("after", 3));

        assertThat(scan(Verify.CRC).told).endsWith("3=after").noneMatch(told -> told.matches("[012]=.*"));
    }

    @Test
    void aCodecThatIsNotInstalledIsNamed() throws IOException {
        files.saveActive(files.segment(0).lone("plain", 0).frame(ZSTD, lone(9, new byte[3]), 0, 1));
        ShardReader reader = new ShardReader(files.view());

        assertThatThrownBy(() -> reader.scan(9, Verify.CRC, ANY, GapVisitor.ignore()))
                .isInstanceOf(CometException.MissingCodec.class)
                .hasMessageContaining("zstd")
                .hasMessageContaining("comet-zstd");
        assertThat(reader.nextOffset()).isEqualTo(1);
    }

    @Test
    void aCodecThatCannotWorkHereIsNamedToo() throws IOException {
        files.saveActive(files.segment(0).frame(RUNS, lone(5, runs("xxxxx")), 0, 1));
        ShardReader reader = new ShardReader(files.view(), new Codecs(List.of(new BrokenCodec())));

        assertThatThrownBy(() -> reader.scan(9, Verify.CRC, ANY, GapVisitor.ignore()))
                .isInstanceOf(CometException.MissingCodec.class)
                .hasMessageContaining("broken")
                .hasRootCauseInstanceOf(UnsatisfiedLinkError.class);
    }

    @Test
    void timesAndDamageNeedNoCodec() throws IOException {
        SegmentBuilder active = files.segment(0)
                .frame(ZSTD | FrameDescriptor.MANY, many(3, "a", "b", "c"), 10, 3)
                .lone("damaged", 20)
                .frame(ZSTD | FrameDescriptor.MANY, many(2, "d", "e"), 30, 2)
                .lone("after", 40);
        active.bytes[active.framePositions.get(1) + 14] ^= 1;
        files.saveActive(active);
        SegmentTimes times = new SegmentTimes(files.view());

        assertThat(times.oldestTimestamp()).hasValue(HandmadeShard.TIME + 10);
        assertThat(times.newestTimestamp()).hasValue(HandmadeShard.TIME + 40);
        assertThat(times.offsetAt(HandmadeShard.TIME + 25)).isEqualTo(4);
        ShardReader reader = new ShardReader(files.view());
        reader.seek(3);
        HandmadeShard.Scan scan = new HandmadeShard.Scan();
        assertThatThrownBy(() -> reader.scan(9, Verify.CRC, scan::visit, scan::gap))
                .isInstanceOf(CometException.MissingCodec.class);
        assertThat(scan.told).containsExactly("3..4 DAMAGE");
    }

    @Test
    void recoveryNumbersCompressedFramesWithoutTheirCodec() throws IOException {
        SegmentBuilder active = files.segment(0)
                .frame(ZSTD | FrameDescriptor.MANY, many(3, "a", "b", "c"), 0, 3)
                .frame(ZSTD, lone(9, new byte[3]), 0, 1)
                .lone("after", 3);
        files.saveActive(active);
        Segment segment = files.view().segments().acquire(0).orElseThrow();
        FrameWalker walker = new FrameWalker(segment, 64, 0, segment.capacity());

        walker.walkToEnd();

        assertThat(walker.offset()).isEqualTo(5);
        assertThat(walker.position()).isEqualTo(active.position());
        segment.release();
    }

    private HandmadeShard.Scan scan(Verify verify) {
        ShardReader reader = new ShardReader(files.view(), codecs());
        HandmadeShard.Scan scan = new HandmadeShard.Scan();
        reader.scan(100, verify, scan::visit, scan::gap);
        return scan;
    }

    private static Codecs codecs() {
        return new Codecs(List.of(new RunLengthCodec()));
    }

    private static byte[] runs(String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        byte[] target = new byte[2 * raw.length];
        return Arrays.copyOf(target, new RunLengthCodec().compress(raw, 0, raw.length, target, 0, 1));
    }

    private static byte[] lone(int rawLength, byte[] compressed) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        varint(body, rawLength);
        body.writeBytes(compressed);
        return body.toByteArray();
    }

    private static byte[] many(int count, String... payloads) {
        // Without its count of one byte.
        byte[] raw = SegmentBuilder.manyBody(payloads);
        String content = new String(raw, 1, raw.length - 1, StandardCharsets.UTF_8);
        return many(raw.length - 1, count, runs(content));
    }

    private static byte[] many(int rawLength, int count, byte[] compressed) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        varint(body, count);
        body.writeBytes(lone(rawLength, compressed));
        return body.toByteArray();
    }

    private static void varint(ByteArrayOutputStream body, int value) {
        byte[] text = new byte[Varint.MAX_LENGTH];
        body.write(text, 0, Varint.put(text, 0, value));
    }
}
