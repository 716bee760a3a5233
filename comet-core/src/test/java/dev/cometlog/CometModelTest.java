package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log against plain lists of byte arrays, through random calls.
class CometModelTest {
    private static final String STREAM = "events:v1";
    private static final int SHARDS = 3;
    private static final int STEPS = 3000;
    private static final int LARGEST_PAYLOAD = 3000;

    @TempDir
    Path directory;

    /// What must be in each shard, by offset.
    private final List<List<byte[]>> model = new ArrayList<>();

    private final long seed = Long.getLong("comet.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private boolean compressed;

    @Test
    void aLogIsAListOfEntriesPerShardWhateverIsCalled() throws IOException {
        runRandomCalls();
    }

    @Test
    void aLogThatIsCompressedIsTheSameList() throws IOException {
        compressed = true;
        runRandomCalls();
    }

    private void runRandomCalls() throws IOException {
        for (int shard = 0; shard < SHARDS; shard++) {
            model.add(new ArrayList<>());
        }
        Comet comet = open();
        for (int step = 0; step < STEPS; step++) {
            CometShard shard = comet.stream(STREAM, SHARDS).shard(random.nextInt(SHARDS));
            switch (random.nextInt(100)) {
                case 0 -> comet = reopened(comet);
                case 1 -> comet = reopenedWithoutDerivedFiles(comet);
                case 2, 3 -> comet.sync();
                case 4, 5, 6, 7 -> checkScan(shard);
                case 8, 9, 10 -> checkRecent(shard);
                case 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 -> appendBatch(shard);
                default -> appendOne(shard);
            }
        }
        for (int shard = 0; shard < SHARDS; shard++) {
            checkAll(comet.stream(STREAM).shard(shard));
        }
        comet.close();
    }

    private Comet open() {
        // One open in four of a compressed log writes plain frames between the others.
        boolean plain = !compressed || random.nextInt(4) == 0;
        return Comet.open(
                directory,
                c -> c.segmentBytes(256 * 1024)
                        .maxEntryBytes(LARGEST_PAYLOAD)
                        .codec(plain ? "none" : "deflate")
                        .codecMinBytes(64));
    }

    private Comet reopened(Comet comet) {
        comet.close();
        return open();
    }

    /// Indexes and stream properties may go at any time between two opens, and no offset may change by it.
    private Comet reopenedWithoutDerivedFiles(Comet comet) throws IOException {
        comet.close();
        List<Path> derived;
        try (Stream<Path> files = Files.walk(directory)) {
            derived = files.filter(this::isDerived).toList();
        }
        for (Path file : derived) {
            Files.delete(file);
        }
        return open();
    }

    private boolean isDerived(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".index") || name.equals("stream.properties");
    }

    private void appendOne(CometShard shard) {
        byte[] payload = payload();
        long offset = shard.append(payload);
        List<byte[]> expected = model.get(number(shard));
        assertThat(offset).as(context()).isEqualTo(expected.size());
        expected.add(payload);
    }

    private void appendBatch(CometShard shard) {
        List<byte[]> payloads =
                Stream.generate(this::payload).limit(1 + random.nextInt(20)).toList();
        List<byte[]> expected = model.get(number(shard));
        assertThat(shard.append(payloads)).as(context()).isEqualTo(expected.size());
        expected.addAll(payloads);
    }

    private byte[] payload() {
        // Small ones mostly, and now and then an empty one.
        int bound = random.nextInt(10) == 0 ? LARGEST_PAYLOAD : 100;
        byte[] payload = new byte[random.nextInt(bound)];
        random.nextBytes(payload);
        if (compressed && random.nextInt(4) != 0) {
            Arrays.fill(payload, (byte) random.nextInt());
        }
        return payload;
    }

    private void checkScan(CometShard shard) {
        List<byte[]> expected = model.get(number(shard));
        int from = expected.isEmpty() ? 0 : random.nextInt(expected.size());
        int atMost = random.nextInt(200) + 1;
        check(shard, from, atMost, random.nextBoolean() ? Verify.CRC : Verify.NONE);
    }

    private void checkAll(CometShard shard) {
        check(shard, 0, Integer.MAX_VALUE, Verify.CRC);
    }

    private void check(CometShard shard, int from, int atMost, Verify verify) {
        List<byte[]> expected = model.get(number(shard));
        int[] next = {from};
        shard.scan(
                from,
                verify,
                (offset, micros, memory, position, length) -> {
                    assertThat(offset).as(context()).isEqualTo(next[0]);
                    byte[] bytes = memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
                    assertThat(Arrays.equals(bytes, expected.get(next[0])))
                            .as(context())
                            .isTrue();
                    next[0]++;
                    return next[0] < (long) from + atMost;
                },
                gap -> {
                    throw new AssertionError(context() + ": " + gap);
                });
        assertThat((long) next[0]).as(context()).isEqualTo(Math.min(expected.size(), (long) from + atMost));
        assertThat(shard.length()).as(context()).isEqualTo(expected.size());
    }

    private void checkRecent(CometShard shard) {
        List<byte[]> expected = model.get(number(shard));
        int n = random.nextInt(20) + 1;
        List<Entry> recent = shard.recent(n);
        assertThat(recent).as(context()).hasSize(Math.min(n, expected.size()));
        for (Entry entry : recent) {
            assertThat(Arrays.equals(
                            entry.bytes(), expected.get((int) entry.id().offset())))
                    .as(context())
                    .isTrue();
        }
    }

    private static int number(CometShard shard) {
        return Integer.parseInt(shard.name().substring(shard.name().lastIndexOf(':') + 1));
    }

    private String context() {
        return "-Dcomet.seed=" + seed;
    }
}
