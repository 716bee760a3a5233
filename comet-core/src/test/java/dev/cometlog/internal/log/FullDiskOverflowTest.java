package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.Overflow;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.log.ShardCounters.Counter;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A filesystem that refuses a segment although it told of free bytes, under a group that has read nothing: the
/// overflow policy decides, as at a bound.
class FullDiskOverflowTest {
    private static final String STREAM = "events:v1";
    private static final byte[] PAYLOAD = new byte[1000];
    private static final int SEGMENTS_FULL = 300;
    private static final Duration BLOCK_TIMEOUT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofMinutes(5);

    /// Of making a segment, and of a roll.
    private static final String MAKING = "write .*[.]prepared";

    private static final String ROLLING = "rename .*[.]prepared[.]index";

    @TempDir
    Path directory;

    private Log log;
    private LogStream stream;

    /// The call that finds no room, and how often it still does.
    private volatile String full = "";

    private volatile int times;
    private volatile boolean untilDeleted;
    private volatile int deleted;

    private Shard open(Overflow overflow) throws InterruptedException {
        return open(overflow, BLOCK_TIMEOUT);
    }

    private Shard open(Overflow overflow, Duration blockTimeout) throws InterruptedException {
        log = Logs.open(
                directory.resolve("log"),
                CometConfig.builder()
                        .segmentBytes(1 << 16)
                        .retention(r -> r.minFreeBytes(0).overflow(overflow).blockTimeout(blockTimeout))
                        .build(),
                mode -> {
                    InterceptedStorage intercepted = new InterceptedStorage(new DiskStorage(mode));
                    intercepted.before(this::check);
                    return intercepted.storage();
                },
                TimeSource.SYSTEM);
        stream = log.findOrCreate(STREAM, 1);
        append(1);
        GroupConsumer consumer = new GroupConsumer(log, "group");
        try {
            Batch _ = consumer.poll(STREAM, 1, Duration.ofSeconds(5));
        } finally {
            consumer.close();
        }
        append(SEGMENTS_FULL);
        return stream.shard(0);
    }

    private void append(int entries) {
        for (int i = 0; i < entries; i++) {
            long _ = stream.shard(0).append(PAYLOAD, 0, PAYLOAD.length);
        }
    }

    private synchronized void check(String method, Path path) throws IOException {
        if (method.equals("delete") && path.toString().endsWith(".log")) {
            deleted++;
            times = untilDeleted ? 0 : times;
        }
        if (times > 0 && (method + " " + path).matches(full)) {
            times--;
            throw new FileSystemException(path.toString(), null, "No space left on device");
        }
    }

    @AfterEach
    void close() {
        Logs.close(log);
    }

    @ParameterizedTest
    @ValueSource(strings = {MAKING, ROLLING})
    void underDropOldestTheOldestMakesRoomAndIsCounted(String call) throws Exception {
        Shard shard = open(Overflow.DROP_OLDEST);
        full = call;
        times = Integer.MAX_VALUE;
        untilDeleted = true;
        append(SEGMENTS_FULL);
        assertThat(shard.state().startOffset()).isPositive();
        assertThat(shard.state().counters().get(Counter.DROPPED))
                .isEqualTo(shard.state().startOffset());
        assertThat(shard.state().counters().get(Counter.REFUSED)).isZero();
    }

    /// Others take the room each time, or it is no room that is missing.
    @Test
    void aFilesystemThatRefusesAllTheSameCostsNoMoreThanOneSegment() throws Exception {
        Shard shard = open(Overflow.DROP_OLDEST);
        full = MAKING;
        times = Integer.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> append(SEGMENTS_FULL)).isInstanceOf(CometException.DiskFull.class);
        }
        assertThat(deleted).isEqualTo(1);
        assertThat(shard.state().counters().get(Counter.DROPPED))
                .isEqualTo(shard.state().startOffset());

        // Once the log has grown again it may give as much for the next segment.
        times = 0;
        append(SEGMENTS_FULL);
        times = Integer.MAX_VALUE;
        untilDeleted = true;
        append(SEGMENTS_FULL);
        assertThat(deleted).isGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {MAKING, ROLLING})
    void underBlockAnAppendWaitsUntilThereIsRoom(String call) throws Exception {
        Shard shard = open(Overflow.BLOCK, LONG);
        full = call;
        times = 5;
        append(SEGMENTS_FULL);
        assertThat(times).isZero();
        assertThat(shard.state().startOffset()).isZero();
        assertThat(shard.state().counters().get(Counter.REFUSED)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {MAKING, ROLLING})
    void underBlockAnAppendIsRefusedAfterTheTimeout(String call) throws Exception {
        Shard shard = open(Overflow.BLOCK);
        full = call;
        times = Integer.MAX_VALUE;
        long started = System.nanoTime();
        assertThatThrownBy(() -> append(SEGMENTS_FULL))
                .isInstanceOf(CometException.DiskFull.class)
                .hasMessageContaining("No space left on device");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(BLOCK_TIMEOUT);
        assertThat(shard.state().startOffset()).isZero();
        assertThat(shard.state().counters().get(Counter.REFUSED)).isEqualTo(1);
        times = 0;
        append(SEGMENTS_FULL);
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        Shard _ = open(Overflow.BLOCK, LONG);
        full = MAKING;
        times = Integer.MAX_VALUE;
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> append(SEGMENTS_FULL)).isInstanceOf(CometException.Interrupted.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {MAKING, ROLLING})
    void underRejectAnAppendIsRefusedAndNothingGoes(String call) throws Exception {
        Shard shard = open(Overflow.REJECT);
        full = call;
        times = Integer.MAX_VALUE;
        assertThatThrownBy(() -> append(SEGMENTS_FULL)).isInstanceOf(CometException.DiskFull.class);
        assertThat(shard.state().startOffset()).isZero();
        assertThat(shard.state().counters().get(Counter.REFUSED)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void whatEveryGroupHasReadMakesRoomUnderAnyPolicy(Overflow overflow) throws Exception {
        Shard shard = open(overflow);
        readAll();
        full = MAKING;
        times = Integer.MAX_VALUE;
        untilDeleted = true;
        append(SEGMENTS_FULL);
        assertThat(shard.state().startOffset()).isPositive();
        assertThat(shard.state().counters().get(Counter.DROPPED)).isZero();
        assertThat(shard.state().counters().get(Counter.REFUSED)).isZero();
    }

    private void readAll() throws InterruptedException {
        GroupConsumer consumer = new GroupConsumer(log, "group");
        try {
            for (long read = 0; read < stream.shard(0).state().endOffset(); ) {
                Batch batch = consumer.poll(STREAM, 100, Duration.ofSeconds(5));
                read += batch.size();
                batch.ack();
            }
        } finally {
            consumer.close();
        }
    }
}
