package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Payloads that look like what the log itself writes are payloads.
class DeceptivePayloadsTest {
    private static final int SEGMENT_HEADER = 64;
    private static final int SEGMENT_BYTES = 1 << 16;
    private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x24, 3, 25, 0, 0};

    @TempDir
    Path directory;

    private Path stream;
    private final List<byte[]> payloads = new ArrayList<>();

    @BeforeEach
    void makePayloads() throws IOException {
        stream = directory.toRealPath().resolve("streams/events%3Av1");
        List<byte[]> deceptive = new ArrayList<>();
        try (Comet comet = open();
                CometConsumer consumer = comet.consumer("g")) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            do {
                appendAlone(shard, new byte[4000]);
            } while (segments().size() < 2);
            consumer.ackRange("events:v1", 0, 0, 0);
            byte[] sealed = Files.readAllBytes(segments().getFirst());
            byte[] active = Files.readAllBytes(segments().getLast());
            for (byte[] segment : List.of(sealed, active)) {
                deceptive.add(Arrays.copyOf(segment, SEGMENT_HEADER));
                // A frame, with the checksum that it has in that place.
                deceptive.add(Arrays.copyOfRange(segment, SEGMENT_HEADER, SEGMENT_HEADER + 12 + 4000));
                deceptive.add(Arrays.copyOf(segment, SEGMENT_HEADER + 2 * (12 + 4000)));
            }
            deceptive.add(seal(sealed));
            deceptive.add(Arrays.copyOf(Files.readAllBytes(stream.resolve("0000/state")), 1024));
            deceptive.add(Arrays.copyOf(Files.readAllBytes(stream.resolve("groups/g")), 4160));
            deceptive.add(Arrays.copyOf(Files.readAllBytes(directory.resolve("comet.state")), 64));
            deceptive.add(ZSTD);
        }
        for (int i = 0; i < 256; i++) {
            deceptive.add(new byte[] {(byte) i});
        }
        deceptive.add(new byte[0]);
        deceptive.add(new byte[64]);
        try (Comet comet = open()) {
            CometShard shard = comet.stream("events:v1").shard(0);
            for (byte[] payload : deceptive) {
                appendAlone(shard, payload);
                appendTogether(shard, List.of(payload, new byte[0], payload.clone()));
                appendTogether(shard, List.of(payload));
            }
        }
    }

    private Comet open() {
        return Comet.open(
                directory, config -> config.segmentBytes(SEGMENT_BYTES).maxEntryBytes(SEGMENT_BYTES / 4));
    }

    private void appendAlone(CometShard shard, byte[] payload) {
        assertThat(shard.append(payload)).isEqualTo(payloads.size());
        payloads.add(payload);
    }

    private void appendTogether(CometShard shard, List<byte[]> batch) {
        assertThat(shard.append(batch)).isEqualTo(payloads.size());
        payloads.addAll(batch);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(stream.resolve("0000"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    /// The last frame of a segment that was sealed: its body is its end offset.
    private static byte[] seal(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        int at = SEGMENT_HEADER;
        while (bytes.getInt(at) == 4000) {
            at += 12 + 4000;
        }
        byte[] seal = Arrays.copyOfRange(segment, at, at + 12 + Long.BYTES);
        assertThat(ByteBuffer.wrap(seal).order(ByteOrder.LITTLE_ENDIAN).getLong(12))
                .isPositive();
        return seal;
    }

    private void isAllThere() {
        try (Comet comet = open()) {
            CometShard shard = comet.stream("events:v1").shard(0);
            List<byte[]> found = new ArrayList<>();
            shard.recent(payloads.size() + 1).forEach(entry -> found.add(entry.bytes()));
            assertThat(found).hasSameSizeAs(payloads);
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i)).as("offset " + i).isEqualTo(payloads.get(i));
            }
            assertThat(shard.endOffset()).isEqualTo(payloads.size());
        }
    }

    @Test
    void theyAreReadAsTheyWereAppended() {
        isAllThere();
    }

    @Test
    void theyAreReadAsTheyWereAppendedWhenTheShardIsRebuiltFromItsSegments() throws IOException {
        Files.delete(stream.resolve("0000/state"));
        try (Stream<Path> files = Files.list(stream.resolve("0000"))) {
            for (Path index :
                    files.filter(file -> file.toString().endsWith(".index")).toList()) {
                Files.delete(index);
            }
        }
        isAllThere();
    }
}
