package dev.cometlog.internal.log;

import static dev.cometlog.internal.log.ShardFixture.BOOT;
import static dev.cometlog.internal.log.ShardFixture.append;
import static dev.cometlog.internal.log.ShardFixture.appendBatch;
import static dev.cometlog.internal.log.ShardFixture.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Verify;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.log.ShardCounters.Counter;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompressionTest {
    private static final String LINE = "{\"level\":\"INFO\",\"message\":\"started\",\"thread\":\"main\"}";

    @TempDir
    private Path directory;

    private ShardFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.segmentBytes = 16 << 20;
        fixture.streamSettings = Map.of("codec", "deflate", "codecMinBytes", "256");
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    @Test
    void aBatchIsCompressedAsAWholeAndReadAsItWasWritten() throws IOException {
        Shard shard = fixture.open(BOOT);
        String[] lines = new String[100];
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            lines[i] = i % 10 == 3 ? "" : LINE + i;
            expected.add(i + "=" + lines[i]);
        }

        appendBatch(shard, lines);

        assertThat(words(shard)).hasSize(1).allMatch(word -> FrameDescriptor.codec(word) == DeflateCodec.ID);
        assertThat(read(shard, 0)).isEqualTo(expected);
        assertThat(shard.state().counters().get(Counter.BYTES)).isLessThan((long) lines.length * LINE.length() / 5);
        shard.close(true);
    }

    @Test
    void aLargeEntryAloneIsCompressedWhateverItComesIn() throws IOException {
        Shard shard = fixture.open(BOOT);
        byte[] large = LINE.repeat(10).getBytes(StandardCharsets.UTF_8);

        shard.append(large, 0, large.length);
        shard.append(ByteBuffer.wrap(large));
        shard.append(MemorySegment.ofArray(large));

        assertThat(words(shard)).hasSize(3).allMatch(word -> FrameDescriptor.codec(word) == DeflateCodec.ID);
        assertThat(read(shard, 0))
                .containsExactly("0=" + LINE.repeat(10), "1=" + LINE.repeat(10), "2=" + LINE.repeat(10));
        shard.close(true);
    }

    @Test
    void smallFramesEmptyEntriesAndSingleBytesAreStoredAsTheyAre() throws IOException {
        Shard shard = fixture.open(BOOT);

        append(shard, "");
        append(shard, "x");
        appendBatch(shard, "", "y", "");
        append(shard, "z".repeat(255));

        assertThat(words(shard)).allMatch(word -> FrameDescriptor.codec(word) == 0);
        assertThat(read(shard, 0)).containsExactly("0=", "1=x", "2=", "3=y", "4=", "5=" + "z".repeat(255));
        assertThat(shard.state().counters().get(Counter.COMPRESSED_FROM)).isZero();
        shard.close(true);
    }

    @Test
    void withoutAMinimumEvenASingleByteAndAnEmptyEntryComeBack() throws IOException {
        fixture.streamSettings = Map.of("codec", "deflate", "codecMinBytes", "0");
        Shard shard = fixture.open(BOOT);

        append(shard, "");
        append(shard, "x");
        appendBatch(shard, "", "");
        appendBatch(shard, "", "y");

        assertThat(read(shard, 0)).containsExactly("0=", "1=x", "2=", "3=", "4=", "5=y");
        shard.close(true);
    }

    @Test
    void whatCannotBeCompressedIsStoredAsItIs() throws IOException {
        Shard shard = fixture.open(BOOT);
        byte[] noise = new byte[10_000];
        new Random(1).nextBytes(noise);

        shard.append(noise, 0, noise.length);
        shard.appendBatch(List.of(noise, noise));

        assertThat(FrameDescriptor.codec(words(shard).getFirst())).isZero();
        assertThat(entries(shard))
                .allMatch(entry -> Arrays.equals(entry, noise))
                .hasSize(3);
        assertThat(shard.state().counters().get(Counter.COMPRESSED_FROM)).isGreaterThan(30_000);
        shard.close(true);
    }

    @Test
    void aBatchOfSeveralFramesIsCompressedFrameByFrameAndStaysOneBatch() throws IOException {
        Shard shard = fixture.open(BOOT);
        byte[] noise = new byte[900_000];
        new Random(1).nextBytes(noise);
        byte[] large = LINE.repeat(15_000).getBytes(StandardCharsets.UTF_8);
        byte[] huge = LINE.repeat(25_000).getBytes(StandardCharsets.UTF_8);
        List<byte[]> batch = List.of(large, noise, huge, new byte[0], "x".getBytes(StandardCharsets.UTF_8));

        shard.appendBatch(batch);

        List<Integer> words = words(shard);
        assertThat(words).hasSize(4);
        assertThat(words.stream().map(FrameDescriptor::moreFollows)).containsExactly(true, true, true, false);
        assertThat(words.stream().map(FrameDescriptor::codec)).containsExactly(2, 0, 2, 0);
        List<byte[]> found = entries(shard);
        assertThat(found).hasSize(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            assertThat(found.get(i)).isEqualTo(batch.get(i));
        }
        shard.close(true);
    }

    @Test
    void aChangedSettingIsFollowedAndOneShardHoldsFramesOfEveryKind() throws IOException {
        Shard shard = fixture.open(BOOT);
        append(shard, LINE.repeat(10));
        fixture.streamSettings = Map.of("codec", "none");
        follow(shard);
        append(shard, LINE.repeat(11));
        fixture.streamSettings = Map.of("codec", "deflate", "codecLevel", "9");
        follow(shard);
        append(shard, LINE.repeat(12));
        append(shard, LINE.repeat(40));

        assertThat(words(shard).stream().map(FrameDescriptor::codec)).containsExactly(2, 0, 0, 2);
        assertThat(read(shard, 0))
                .containsExactly(
                        "0=" + LINE.repeat(10), "1=" + LINE.repeat(11), "2=" + LINE.repeat(12), "3=" + LINE.repeat(40));
        shard.close(true);
    }

    @Test
    void aMissingCodecOrLevelStopsNoAppendAndIsTold() throws IOException {
        fixture.streamSettings = Map.of("codec", "zstd", "codecMinBytes", "1");
        Shard shard = fixture.open(BOOT);
        append(shard, LINE.repeat(10));
        assertThat(shard.compressionProblem()).contains("zstd").contains("comet-zstd");
        fixture.streamSettings = Map.of("codec", "deflate", "codecMinBytes", "1", "codecLevel", "10");
        follow(shard);
        append(shard, LINE);
        assertThat(shard.compressionProblem()).contains("codecLevel=10");

        assertThat(words(shard)).allMatch(word -> FrameDescriptor.codec(word) == 0);
        assertThat(read(shard, 0)).containsExactly("0=" + LINE.repeat(10), "1=" + LINE);
        shard.close(true);
    }

    @Test
    void aCodecThatCannotWorkHereIsTriedOnceAndEntriesAreStoredAsTheyAre() throws IOException {
        StreamSettings settings = StreamSettings.of(1, Map.of("codec", "broken", "codecMinBytes", "1"));
        Shard shard = fixture.open(BOOT);
        Compression compression =
                Compression.of(settings, shard.state(), fixture.time, new Codecs(List.of(new BrokenCodec())));
        byte[] payload = LINE.getBytes(StandardCharsets.UTF_8);
        assertThat(compression.minBytes()).isEqualTo(1);

        assertThat(compression.lone(payload, 0, payload.length)).isNull();

        assertThat(compression.minBytes()).isEqualTo(Integer.MAX_VALUE);
        assertThat(compression.problem()).contains("broken").contains("no libbroken for this machine");
        shard.close(true);
    }

    @Test
    void theStatePageTellsTheRatio() throws IOException {
        Shard shard = fixture.open(BOOT);

        append(shard, LINE.repeat(100));

        ShardState state = shard.state();
        assertThat(state.counters().get(Counter.COMPRESSED_FROM)).isEqualTo(100L * LINE.length());
        assertThat(state.counters().get(Counter.COMPRESSED_TO))
                .isEqualTo(state.counters().get(Counter.BYTES) - FrameDescriptor.HEADER_LENGTH);
        shard.close(true);
    }

    @Test
    void theStatePageTellsHowLongItTook() throws IOException {
        StreamSettings settings = StreamSettings.of(1, Map.of("codec", "deflate", "codecMinBytes", "1"));
        Shard shard = fixture.open(BOOT);
        ManualTime time = new ManualTime();
        TimeSource passing = new TimeSource() {
            @Override
            public long epochMicros() {
                return time.epochMicros();
            }

            @Override
            public long nanoTime() {
                time.advance(Duration.ofMillis(3));
                return time.nanoTime();
            }
        };
        Compression compression =
                Compression.of(settings, shard.state(), passing, new Codecs(List.of(new DeflateCodec())));
        byte[] payload = LINE.repeat(10).getBytes(StandardCharsets.UTF_8);

        assertThat(compression.lone(payload, 0, payload.length)).isNotNull();

        assertThat(shard.state().counters().get(Counter.COMPRESS_NANOS))
                .isEqualTo(Duration.ofMillis(3).toNanos());
        shard.close(true);
    }

    @Test
    void recoveryAfterAnotherBootKeepsCompressedBatches() throws IOException {
        Shard shard = fixture.open(BOOT);
        append(shard, LINE.repeat(10));
        shard.sync();
        appendBatch(shard, LINE, LINE.repeat(9), "");

        Shard again = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);

        assertThat(read(again, 0)).containsExactly("0=" + LINE.repeat(10), "1=" + LINE, "2=" + LINE.repeat(9), "3=");
        again.close(true);
    }

    private void follow(Shard shard) {
        fixture.refreshSettings();
        shard.adoptSettings();
    }

    /// The length words of all frames of the only segment.
    private static List<Integer> words(Shard shard) throws IOException {
        Segment segment = shard.view().segments().acquire(0).orElseThrow();
        List<Integer> words = new ArrayList<>();
        int at = SegmentHeader.LENGTH;
        while (at < shard.state().writePosition()) {
            words.add(LittleEndian.getInt(segment.memory(), at));
            at += FrameDescriptor.frameLength(words.getLast());
        }
        segment.release();
        return words;
    }

    private static List<byte[]> entries(Shard shard) {
        List<byte[]> found = new ArrayList<>();
        new ShardReader(shard.view())
                .scan(
                        1000,
                        Verify.CRC,
                        (offset, micros, memory, position, length) ->
                                found.add(memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE)),
                        gap -> {
                            throw new AssertionError(gap);
                        });
        return found;
    }
}
