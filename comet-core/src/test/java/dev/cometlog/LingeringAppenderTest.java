package dev.cometlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.ShardCounters;
import dev.cometlog.internal.log.ShardState;
import dev.cometlog.internal.storage.DiskStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LingeringAppenderTest {
    private static final Duration DELAY = Duration.ofMillis(5);
    private static final long POISON_FIELD = 384;

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();
    private Log log;
    private Comet comet;
    private CometStream stream;

    @BeforeEach
    void open() {
        CometConfig config = CometConfig.builder()
                .codec("deflate")
                .codecMinBytes(64)
                .maxEntryBytes(1 << 20)
                .segmentBytes(8 << 20)
                .build();
        log = Logs.open(directory, config, DiskStorage::new, clock);
        comet = new Comet(log);
        stream = comet.stream("events:v1", 4);
    }

    @AfterEach
    void close() {
        comet.close();
    }

    @Test
    void entriesShareAFrameAndAreAcknowledgedOnceItIsPublished() {
        LingeringAppender appender = stream.lingering(3, DELAY);

        CompletableFuture<EntryId> first = appender.append("key", bytes("a".repeat(100)));
        CompletableFuture<EntryId> second = appender.append("key", bytes("b".repeat(100)));
        CometShard shard = stream.shard(CometStream.shardOf("key", 4));
        assertThat(first).isNotDone();
        assertThat(shard.endOffset()).isZero();
        CompletableFuture<EntryId> third = appender.append("key", bytes("c".repeat(100)));

        assertThat(List.of(first.join(), second.join(), third.join()))
                .extracting(EntryId::offset)
                .containsExactly(0L, 1L, 2L);
        assertThat(texts(shard)).containsExactly("a".repeat(100), "b".repeat(100), "c".repeat(100));
        assertThat(state(first.join().shard()).counters().get(ShardCounters.Counter.BATCHES))
                .isEqualTo(1);
        assertThat(state(first.join().shard()).counters().get(ShardCounters.Counter.COMPRESSED_FROM))
                .isGreaterThan(300);
    }

    @Test
    void whatIsNotFilledIsPublishedWhenItsTimeHasCome() {
        LingeringAppender appender = stream.lingering(1000, DELAY);

        CompletableFuture<EntryId> future = appender.appendTo(2, bytes("alone"));
        assertThat(future).isNotDone();
        clock.advance(DELAY);

        assertThat(future.join()).isEqualTo(new EntryId("events:v1", 2, 0));
        clock.advance(Duration.ofSeconds(1));
        CompletableFuture<EntryId> later = appender.appendTo(2, bytes("later"));
        assertThat(later).isNotDone();
        clock.advance(DELAY);
        assertThat(later.join().offset()).isEqualTo(1);
    }

    @Test
    void entriesWithoutAKeyStayInOneShardUntilItsBatchIsPublished() {
        LingeringAppender appender = stream.lingering(10, DELAY);
        List<CompletableFuture<EntryId>> futures = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            futures.add(appender.append(bytes("entry " + i)));
        }

        for (int i = 0; i < 40; i++) {
            assertThat(futures.get(i).join()).isEqualTo(new EntryId("events:v1", i / 10, i % 10));
        }
    }

    @Test
    void flushSyncAndCloseOfAppenderAndLogPublishWhatWaits() {
        LingeringAppender appender = stream.lingering(1000, DELAY);
        CompletableFuture<EntryId> first = appender.appendTo(0, bytes("flush"));
        appender.flush();
        assertThat(first.join().offset()).isZero();

        CompletableFuture<EntryId> second = appender.appendTo(0, bytes("sync"));
        appender.sync();
        assertThat(second.join().offset()).isEqualTo(1);
        assertThat(stream.shard(0).durableOffset()).isEqualTo(2);

        CompletableFuture<EntryId> third = appender.appendTo(0, bytes("sync of the log"));
        comet.sync();
        assertThat(third.join().offset()).isEqualTo(2);
        assertThat(stream.shard(0).durableOffset()).isEqualTo(3);

        CompletableFuture<EntryId> fourth = appender.appendTo(0, bytes("close"));
        appender.close();
        assertThat(fourth.join().offset()).isEqualTo(3);
        assertThatThrownBy(() -> appender.appendTo(0, bytes("late"))).isInstanceOf(CometException.Closed.class);

        LingeringAppender other = stream.lingering(1000, DELAY);
        CompletableFuture<EntryId> fifth = other.appendTo(0, bytes("close of the log"));
        comet.close();
        assertThat(fifth.join().offset()).isEqualTo(4);
        assertThatThrownBy(() -> other.append(bytes("late"))).isInstanceOf(CometException.Closed.class);
    }

    @Test
    void theCallersArrayIsItsOwnAgainAtOnce() {
        LingeringAppender appender = stream.lingering(1000, DELAY);
        byte[] reused = bytes("first");
        var _ = appender.appendTo(0, reused);
        System.arraycopy(bytes("later"), 0, reused, 0, 5);
        var _ = appender.appendTo(0, reused);
        appender.flush();

        assertThat(texts(stream.shard(0))).containsExactly("first", "later");
    }

    @Test
    void anEntryThatIsTooLargeIsRefusedAtOnceAndOthersAreNotHit() {
        LingeringAppender appender = stream.lingering(1000, DELAY);
        CompletableFuture<EntryId> fits = appender.appendTo(0, new byte[1 << 20]);
        assertThatThrownBy(() -> appender.appendTo(0, new byte[(1 << 20) + 1]))
                .isInstanceOf(CometException.EntryTooLarge.class);
        CompletableFuture<EntryId> small = appender.appendTo(0, new byte[0]);
        appender.flush();

        assertThat(fits.join().offset()).isZero();
        assertThat(small.join().offset()).isEqualTo(1);
    }

    @Test
    void aFailureReachesEveryEntryOfItsBatchAndNoOther() throws IOException {
        LingeringAppender appender = stream.lingering(2, DELAY);
        var _ = appender.appendTo(0, bytes("a"));
        var _ = appender.appendTo(0, bytes("b"));
        poison(7);
        List<CompletableFuture<EntryId>> failed =
                List.of(appender.appendTo(0, bytes("c")), appender.appendTo(0, bytes("d")));
        poison(0);
        CompletableFuture<EntryId> after = appender.appendTo(0, bytes("e"));
        appender.flush();

        for (CompletableFuture<EntryId> future : failed) {
            assertThatThrownBy(future::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(CometException.Poisoned.class);
        }
        assertThat(after.join().offset()).isEqualTo(2);
        assertThat(texts(stream.shard(0))).containsExactly("a", "b", "e");
    }

    @Test
    void anInterruptOfTheThreadThatPublishesIsKeptForIt() {
        LingeringAppender appender = stream.lingering(2, DELAY);
        CompletableFuture<EntryId> other = appender.appendTo(0, bytes("of another thread"));

        Thread.currentThread().interrupt();
        CompletableFuture<EntryId> own = appender.appendTo(0, bytes("of this one"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(other.join().offset()).isZero();
        assertThat(own.join().offset()).isEqualTo(1);
    }

    @Test
    void badSettingsAreRefusedByName() {
        assertThatThrownBy(() -> stream.lingering(0, DELAY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxEntries=0");
        assertThatThrownBy(() -> stream.lingering(1, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxDelay=PT0S");
        assertThatThrownBy(() -> stream.lingering(1, Duration.ofSeconds(61)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxDelay=PT1M1S");
    }

    @Test
    void manyThreadsGetTheIdsOfTheirOwnEntriesInTheirOwnOrder() throws Exception {
        int threads = 8;
        int entries = 2000;
        long seed = System.nanoTime();
        LingeringAppender appender = stream.lingering(17, Duration.ofMillis(1));
        List<Future<List<CompletableFuture<EntryId>>>> all = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int thread = 0; thread < threads; thread++) {
                int number = thread;
                all.add(pool.submit(() -> {
                    Random random = new Random(seed + number);
                    List<CompletableFuture<EntryId>> futures = new ArrayList<>();
                    for (int i = 0; i < entries; i++) {
                        futures.add(appender.appendTo(number % 4, bytes(number + "/" + i)));
                        if (random.nextInt(100) == 0) {
                            appender.flush();
                        }
                        clock.advance(Duration.ofNanos(random.nextInt(100_000)));
                    }
                    return futures;
                }));
            }
        }
        appender.flush();
        List<List<String>> found = new ArrayList<>();
        for (int shard = 0; shard < 4; shard++) {
            found.add(texts(stream.shard(shard)));
            assertThat(found.get(shard)).hasSize(2 * entries);
        }
        for (int thread = 0; thread < threads; thread++) {
            long before = -1;
            for (int i = 0; i < entries; i++) {
                EntryId id = all.get(thread).get().get(i).join();
                assertThat(id.offset()).as("seed %d", seed).isGreaterThan(before);
                assertThat(found.get(id.shard()).get((int) id.offset()))
                        .as("seed %d, %s", seed, id)
                        .isEqualTo(thread + "/" + i);
                before = id.offset();
            }
        }
    }

    /// Writes the word that says that an fsync failed, as another process would.
    private void poison(long word) throws IOException {
        Path page = directory.resolve("streams/events%3Av1/0000/state");
        try (FileChannel file = FileChannel.open(page, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(0, word);
            assertThat(file.write(bytes, POISON_FIELD)).isEqualTo(Long.BYTES);
        }
    }

    private ShardState state(int shard) {
        return log.find("events:v1").orElseThrow().shard(shard).state();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> texts(CometShard shard) {
        return shard.recent(100_000).stream()
                .map(entry -> new String(entry.bytes(), UTF_8))
                .toList();
    }
}
