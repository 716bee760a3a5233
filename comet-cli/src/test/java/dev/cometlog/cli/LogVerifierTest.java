package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogVerifierTest {
    private static final int CAPACITY = 64 << 10;
    private static final long NONCE = 0x1234_5678_9abc_def0L;

    @TempDir
    private Path dir;

    private final byte[] segment = new byte[CAPACITY];
    private int position = SegmentHeader.LENGTH;
    private Path file;

    @BeforeEach
    void makeAStreamOfOneShard() throws IOException {
        Files.write(dir.resolve("comet.properties"), PropertiesText.encode(Map.of()));
        Path stream = Files.createDirectories(dir.resolve("streams/events%3Av1"));
        Files.write(stream.resolve("stream.properties"), PropertiesText.encode(Map.of("shards", "1")));
        file = Files.createDirectories(stream.resolve("0000")).resolve("00000000000000000000.log");
        byte[] header = new SegmentHeader(Hashes.fnv1a64("events:v1"), 0, 1, 0, 0, 0, NONCE, CAPACITY).encode();
        System.arraycopy(header, 0, segment, 0, header.length);
    }

    @Test
    void anIntactSegmentIsCountedAndHasNoDamage() throws IOException {
        append(0, "a lone entry");
        append(FrameDescriptor.MANY, "\u0002\u0001a\u0002bc");
        seal(3);

        var report = verify();

        assertThat(report.damage()).isEmpty();
        assertThat(report.entries()).isEqualTo(3);
    }

    @Test
    void zerosBehindTheLastFrameAreNoDamage() throws IOException {
        append(0, "a lone entry");

        assertThat(verify().damage()).isEmpty();
    }

    @Test
    void everyFlippedByteInUseIsFoundAndTheRestIsStillCounted() throws IOException {
        append(0, "first");
        append(0, "second");
        append(0, "third");
        seal(3);
        int end = position;
        for (int at = 0; at < end; at++) {
            segment[at] ^= 0x41;
            var report = verify();
            segment[at] ^= 0x41;

            assertThat(report.damage()).as("byte " + at).isNotEmpty();
            assertThat(report.damage())
                    .as("byte " + at)
                    .allMatch(damage -> damage.path().equals(file));
            if (at >= SegmentHeader.LENGTH) {
                assertThat(report.entries()).as("byte " + at).isGreaterThanOrEqualTo(2);
            }
        }
    }

    @Test
    void aZeroedFrameBetweenTwoOthersIsDamageAtItsPosition() throws IOException {
        append(0, "first");
        int from = position;
        append(0, "second");
        Arrays.fill(segment, from, position, (byte) 0);
        append(0, "third");
        seal(3);

        var report = verify();

        assertThat(report.damage()).hasSize(1);
        assertThat(report.damage().getFirst().position()).hasValue(from);
        assertThat(report.entries()).isEqualTo(2);
    }

    @Test
    void aBatchThatASealCutsOffIsDamage() throws IOException {
        append(FrameDescriptor.MORE_FOLLOWS, "half a batch");
        seal(1);

        assertThat(verify().damage()).hasSize(1);
    }

    @Test
    void aMissingSegmentIsNamedByTheOneBehindIt() throws IOException {
        append(0, "first");
        seal(1);
        Path later = file.resolveSibling("00000000000000000005.log");
        byte[] header = new SegmentHeader(Hashes.fnv1a64("events:v1"), 0, 1, 5, 5, 0, NONCE, CAPACITY).encode();
        Files.write(later, Arrays.copyOf(header, CAPACITY));

        var report = verify();

        assertThat(report.damage()).hasSize(1);
        assertThat(report.damage().getFirst().toString())
                .startsWith(later.toString())
                .contains("from offset 1 to 4");
    }

    @Test
    void aSymbolicLinkInPlaceOfASegmentIsDamageAndIsNotFollowed() throws IOException {
        Files.createSymbolicLink(file, dir.resolve("comet.properties"));

        assertThat(new LogVerifier(dir, new Progress()).verify().damage()).hasSize(1);
    }

    private VerifyReport verify() throws IOException {
        Files.write(file, segment);
        return new LogVerifier(dir, new Progress()).verify();
    }

    private void append(int flags, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        frame(flags | bytes.length, bytes);
    }

    private void seal(long endOffset) {
        byte[] body = new byte[FrameDescriptor.SEAL_BODY_LENGTH];
        LittleEndian.putLong(body, 0, endOffset);
        frame(FrameDescriptor.SEAL_WORD, body);
    }

    private void frame(int word, byte[] body) {
        int crc = FrameDescriptor.crcField(Crc.of(body, 0, body.length), NONCE, position, word, 0);
        LittleEndian.putInt(segment, position + FrameDescriptor.LENGTH_FIELD, word);
        LittleEndian.putInt(segment, position + FrameDescriptor.CRC_FIELD, crc);
        System.arraycopy(body, 0, segment, position + FrameDescriptor.HEADER_LENGTH, body.length);
        position += FrameDescriptor.frameLength(word);
    }
}
