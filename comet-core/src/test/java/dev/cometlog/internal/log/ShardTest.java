package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardTest {
    @TempDir
    Path directory;

    private ShardFixture fixture;

    @BeforeEach
    void makeDirectory() throws IOException {
        fixture = new ShardFixture(directory);
    }

    @AfterEach
    void release() throws IOException {
        fixture.close();
    }

    @Test
    void entriesComeBackInOrderUnderConsecutiveOffsets() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        assertThat(ShardFixture.append(shard, "a")).isEqualTo(0);
        assertThat(ShardFixture.appendBatch(shard, "b", "", "c")).isEqualTo(1);
        assertThat(ShardFixture.append(shard, "")).isEqualTo(4);
        assertThat(ShardFixture.append(shard, "d")).isEqualTo(5);

        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=a", "1=b", "2=", "3=c", "4=", "5=d");
        shard.close(true);
    }

    @Test
    void everyKindOfPayloadMemoryIsStoredAlike() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        byte[] bytes = "xpayloady".getBytes(StandardCharsets.UTF_8);
        ByteBuffer heap = ByteBuffer.wrap(bytes, 1, 7);
        ByteBuffer direct = ByteBuffer.allocateDirect(7).put(bytes, 1, 7).flip();
        shard.append(bytes, 1, 7);
        shard.append(heap);
        shard.append(direct);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(7);
            MemorySegment.copy(MemorySegment.ofArray(bytes), 1, memory, 0, 7);
            shard.append(memory);
        }
        shard.append(heap.asReadOnlyBuffer());

        assertThat(heap.position()).isEqualTo(1);
        assertThat(direct.position()).isZero();
        assertThat(ShardFixture.read(shard, 0))
                .containsExactly("0=payload", "1=payload", "2=payload", "3=payload", "4=payload");
        shard.close(true);
    }

    @Test
    void aFullSegmentIsRolledAndEverythingStaysReadable() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        String payload = "x".repeat(1000);
        for (int i = 0; i < 3000; i++) {
            assertThat(ShardFixture.append(shard, payload + i)).isEqualTo(i);
        }
        assertThat(segmentFiles()).hasSizeGreaterThan(8);
        List<String> read = ShardFixture.read(shard, 0);
        assertThat(read).hasSize(3000);
        assertThat(read.get(2999)).isEqualTo("2999=" + payload + 2999);
        assertThat(ShardFixture.read(shard, 2000).getFirst()).isEqualTo("2000=" + payload + 2000);
        shard.close(true);
    }

    @Test
    void anEntryLargerThanTheFirstSegmentGetsASegmentThatHoldsIt() throws IOException {
        fixture.segmentBytes = 8 << 20;
        Shard shard = fixture.open(ShardFixture.BOOT);
        String large = "y".repeat(3 << 19);
        ShardFixture.append(shard, "before");
        ShardFixture.append(shard, large);
        ShardFixture.append(shard, "after");
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=before", "1=" + large, "2=after");
        shard.close(true);
    }

    @Test
    void aBatchOfManyFramesIsVisibleAsOne() throws IOException {
        fixture.segmentBytes = 32 << 20;
        Shard shard = fixture.open(ShardFixture.BOOT);
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            payloads.add(("%04d".formatted(i) + "z".repeat(1000)).getBytes(StandardCharsets.UTF_8));
        }
        assertThat(shard.appendBatch(payloads)).isZero();
        assertThat(shard.state().endOffset()).isEqualTo(5000);
        assertThat(ShardFixture.read(shard, 4999)).containsExactly("4999=4999" + "z".repeat(1000));
        assertThat(ShardFixture.read(shard, 0)).hasSize(5000);
        shard.close(true);
    }

    @Test
    void whatIsTooLargeIsRefusedWithItsSizeAndChangesNothing() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        int maxEntryBytes = fixture.context(ShardFixture.BOOT).settings().maxEntryBytes();
        assertThatThrownBy(() -> shard.append(new byte[maxEntryBytes + 1], 0, maxEntryBytes + 1))
                .isInstanceOf(CometException.EntryTooLarge.class)
                .hasMessageContaining(Integer.toString(maxEntryBytes + 1));
        assertThat(shard.state().endOffset()).isZero();
        shard.close(true);
    }

    @Test
    void threadsThatAppendTogetherGetOffsetsThatNameTheirBytes() throws Exception {
        Shard shard = fixture.open(ShardFixture.BOOT);
        Set<String> expected = Collections.synchronizedSet(new TreeSet<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int thread = t;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 2000; i++) {
                    String text = thread + ":" + i + "w".repeat(i % 200);
                    expected.add(ShardFixture.append(shard, text) + "=" + text);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> read = ShardFixture.read(shard, 0);
        assertThat(expected).hasSize(16_000);
        assertThat(read).hasSize(16_000);
        assertThat(new TreeSet<>(read)).isEqualTo(new TreeSet<>(expected));
        shard.close(true);
    }

    @Test
    void syncMakesEverythingDurable() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        assertThat(shard.state().durableOffset()).isZero();
        shard.sync();
        assertThat(shard.state().durableOffset()).isEqualTo(1);
        shard.close(true);
    }

    @Test
    void aClosedShardRefusesAppendsAndSyncs() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        shard.close(true);
        assertThatThrownBy(() -> ShardFixture.append(shard, "late")).isInstanceOf(RuntimeException.class);
    }

    @Test
    void closingLeavesNoPreparedSegmentBehind() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        for (int i = 0; i < 200; i++) {
            ShardFixture.append(shard, "x".repeat(1000));
        }
        shard.close(true);
        try (var files = Files.list(fixture.paths.directory())) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(ShardPaths::isPrepared);
        }
    }

    @Test
    void anIdleShardIsRolledByAgeSoThatItsEntriesCanExpire() throws IOException {
        ManualTime time = new ManualTime();
        fixture.time = time;
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        time.advance(Duration.ofHours(2));
        shard.tick(time.nanoTime());
        assertThat(shard.state().activeBase()).isEqualTo(1);
        assertThat(ShardFixture.read(shard, 0)).containsExactly("0=a");
        shard.close(true);
    }

    @Test
    void aReaderThatSawAnEmptySegmentFindsTheLargerOneThatReplacedIt() throws IOException {
        ManualTime time = new ManualTime();
        fixture.time = time;
        fixture.segmentBytes = 8 << 20;
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        time.advance(Duration.ofHours(2));
        shard.tick(time.nanoTime());

        Segments others = new Segments(fixture.storage, fixture.id, fixture.paths, null);
        others.acquire(1).orElseThrow().release();
        String large = "x".repeat(1 << 20);
        ShardFixture.append(shard, large);

        ShardView view = new ShardView(fixture.id, fixture.paths, fixture.storage, shard.state(), others);
        assertThat(ShardFixture.read(view, 1)).containsExactly("1=" + large);
        others.close();
        shard.close(true);
    }

    private List<Path> segmentFiles() throws IOException {
        try (var files = Files.list(fixture.paths.directory())) {
            return files.filter(file -> file.toString().endsWith(".log")).toList();
        }
    }

    @Test
    void aSyncOfSegmentsThatWereDeletedByHandSaysSoAndCallsNothingDurable() throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        shard.sync();
        ShardFixture.append(shard, "b");
        Files.delete(fixture.paths.segment(0));

        assertThatThrownBy(shard::sync)
                .isInstanceOf(CometException.Damaged.class)
                .hasMessageContaining(fixture.paths.segment(0).toString());
        assertThat(shard.state().durableOffset()).isEqualTo(1);
    }

    @Test
    void appendsIntoSegmentsThatWereDeletedByHandFailOnceABackgroundSyncIsDue() throws IOException {
        ManualTime time = new ManualTime();
        fixture.time = time;
        Shard shard = fixture.open(ShardFixture.BOOT);
        ShardFixture.append(shard, "a");
        Files.delete(fixture.paths.segment(0));
        ShardFixture.append(shard, "b");
        shard.tick(time.nanoTime());
        time.advance(Duration.ofSeconds(2));
        assertThatThrownBy(() -> shard.tick(time.nanoTime())).isInstanceOf(CometException.Damaged.class);

        assertThatThrownBy(() -> ShardFixture.append(shard, "c"))
                .isInstanceOf(CometException.Damaged.class)
                .hasMessageContaining(fixture.paths.segment(0).toString())
                .hasMessageContaining("close and open the log again");
        assertThat(shard.state().endOffset()).isEqualTo(2);

        // Whoever opens it next goes on.
        Shard again = fixture.openInNewEpoch(ShardFixture.BOOT);
        assertThat(ShardFixture.append(again, "d")).isGreaterThanOrEqualTo(2);
        assertThat(ShardFixture.read(again, 0)).last().asString().endsWith("=d");
        again.close(true);
    }
}
