package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What damage and forged bytes do to compressed frames. `-Dcomet.seed=S` repeats a run.
class CompressedDamageTest {
    private static final long SEED = Long.getLong("comet.seed", System.nanoTime());

    @TempDir
    private Path directory;

    private ShardFixture fixture;
    private final Random random = new Random(SEED);

    @BeforeEach
    void open() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.streamSettings = Map.of("codec", "deflate", "codecMinBytes", "64");
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    @Test
    void damageNeverDeliversAWrongEntryAndAccountsForEveryOffset() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        List<String> expected = fill(shard);
        Segment segment = shard.view().segments().acquire(0).orElseThrow();
        byte[] sound = segment.memory().toArray(ValueLayout.JAVA_BYTE);
        int end = (int) shard.state().writePosition();

        for (int round = 0; round < 100; round++) {
            byte[] damaged = sound.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                int at = SegmentHeader.LENGTH + random.nextInt(end - SegmentHeader.LENGTH);
                int to = Math.min(at + 1 + random.nextInt(random.nextBoolean() ? 4 : 600), end);
                Arrays.fill(damaged, at, to, (byte) random.nextInt(256));
            }
            MemorySegment.copy(damaged, 0, segment.memory(), ValueLayout.JAVA_BYTE, 0, damaged.length);
            check(shard, expected, Set.of(), "-Dcomet.seed=%d, round %d".formatted(SEED, round));
        }
        MemorySegment.copy(sound, 0, segment.memory(), ValueLayout.JAVA_BYTE, 0, sound.length);
        assertThat(check(shard, expected, Set.of(), "sound again")).isZero();
        segment.release();
        shard.close(true);
    }

    /// As a faulty or malicious writer would: the checksum holds, what it covers is anything. Other frames must come
    /// as they are, and nothing but a gap or a typed error may come of it.
    @Test
    void forgedFramesWithARightChecksumDoNoHarmToOthers() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        List<String> expected = fill(shard);
        Segment segment = shard.view().segments().acquire(0).orElseThrow();
        byte[] sound = segment.memory().toArray(ValueLayout.JAVA_BYTE);
        List<int[]> frames = compressedFrames(sound, (int) shard.state().writePosition());
        assertThat(frames).hasSizeGreaterThan(20);

        for (int round = 0; round < 300; round++) {
            byte[] forged = sound.clone();
            int[] frame = frames.get(random.nextInt(frames.size()));
            forge(forged, frame[0], segment.nonce());
            MemorySegment.copy(forged, 0, segment.memory(), ValueLayout.JAVA_BYTE, 0, forged.length);
            Set<Long> victims = new TreeSet<>();
            for (long offset = frame[1]; offset < frame[1] + frame[2]; offset++) {
                victims.add(offset);
            }
            check(shard, expected, victims, "-Dcomet.seed=%d, round %d".formatted(SEED, round));
        }
        segment.release();
        shard.close(true);
    }

    private List<String> fill(Shard shard) {
        List<String> expected = new ArrayList<>();
        while (shard.state().writePosition() < 20_000) {
            String line = "{\"user\":%d,\"message\":\"started\",\"more\":\"%s\"}"
                    .formatted(random.nextInt(1000), "abc".repeat(random.nextInt(40)));
            if (random.nextInt(3) == 0) {
                expected.add(shard.state().endOffset() + "=" + line);
                ShardFixture.append(shard, line);
            } else {
                String[] lines = new String[2 + random.nextInt(30)];
                for (int i = 0; i < lines.length; i++) {
                    lines[i] = line + i;
                    expected.add(shard.state().endOffset() + i + "=" + lines[i]);
                }
                ShardFixture.appendBatch(shard, lines);
            }
        }
        return expected;
    }

    /// Position, first offset and number of entries of each compressed frame.
    private static List<int[]> compressedFrames(byte[] bytes, int end) {
        List<int[]> frames = new ArrayList<>();
        int offset = 0;
        for (int at = SegmentHeader.LENGTH; at < end; ) {
            int word = LittleEndian.getInt(bytes, at);
            int entries = BatchEncoder.entriesAt(bytes, at);
            if (FrameDescriptor.codec(word) != 0) {
                frames.add(new int[] {at, offset, entries});
            }
            offset += entries;
            at += FrameDescriptor.frameLength(word);
        }
        return frames;
    }

    /// Keeps the frame's length and makes its checksum right again.
    private void forge(byte[] bytes, int at, long nonce) {
        int word = LittleEndian.getInt(bytes, at + FrameDescriptor.LENGTH_FIELD);
        int from = at + FrameDescriptor.HEADER_LENGTH;
        int length = FrameDescriptor.bodyLength(word);
        int many = FrameDescriptor.isMany(word) ? 1 : 0;
        switch (random.nextInt(4)) {
            // The count stays: what follows a frame that verifies is numbered by it.
            case 0 -> bytes[from + many + random.nextInt(length - many)] ^= (byte) (1 + random.nextInt(255));
            case 1 -> Arrays.fill(bytes, from + many + random.nextInt(length - many), from + length, (byte) 0);
            case 2 -> {
                // The raw length becomes huge, or nearly right.
                bytes[from + many] = (byte) random.nextInt();
                bytes[from + many + 1] = (byte) random.nextInt();
            }
            default -> {
                byte[] noise = new byte[length - many];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, from + many, noise.length);
            }
        }
        int delta = LittleEndian.getInt(bytes, at + FrameDescriptor.TIME_DELTA_FIELD);
        int crc = FrameDescriptor.crcField(Crc.of(bytes, from, length), nonce, at, word, delta);
        LittleEndian.putInt(bytes, at + FrameDescriptor.CRC_FIELD, crc);
    }

    /// Compares what a reader finds, and returns how many entries it does not.
    private static long check(Shard shard, List<String> expected, Set<Long> victims, String as) {
        List<String> found = new ArrayList<>();
        long[] lost = {0};
        long[] next = {0};
        new ShardReader(shard.view())
                .scan(
                        Integer.MAX_VALUE,
                        Verify.CRC,
                        (offset, micros, memory, position, length) -> {
                            if (offset != next[0]++) {
                                throw new AssertionError(as + ": " + offset + " comes after " + (next[0] - 2));
                            }
                            if (!victims.contains(offset)) {
                                byte[] bytes = memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
                                found.add(offset + "=" + new String(bytes, StandardCharsets.UTF_8));
                            }
                            return true;
                        },
                        gap -> {
                            assertThat(gap.from()).as(as).isEqualTo(next[0]);
                            assertThat(gap.reason()).as(as).isEqualTo(Gap.Reason.DAMAGE);
                            next[0] = gap.to();
                            lost[0] += gap.length();
                        });
        assertThat(next[0]).as(as).isEqualTo(shard.state().endOffset());
        assertThat(new HashSet<>(expected).containsAll(found)).as(as).isTrue();
        if (!victims.isEmpty()) {
            assertThat(expected.size() - found.size()).as(as).isEqualTo(victims.size());
        }
        return lost[0];
    }
}
