package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// A process that does everything at once until it is killed: two threads append, one reads what anybody appended,
/// one consumes in a group, and retention runs at every roll, which is often.
///
/// Ends with 1 as soon as it sees something that must not be.
///
/// Arguments: log directory, directory of the run's records, its number.
final class BusyWorker {
    static final int SHARDS = 2;
    static final String GROUP = "group";
    private static final int APPENDERS = 2;

    /// Reading leaves some of the cores to who is starting.
    private static final int MOST_READ = 200;

    private static final long READ_PAUSE_NANOS = 2_000_000;

    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final long SHARD_BYTES = 640 * 1024;

    private BusyWorker() {}

    public static void main(String[] args) throws Exception {
        KillRecords records = new KillRecords(Path.of(args[1]));
        int number = Integer.parseInt(args[2]);
        try (Comet comet = open(Path.of(args[0]))) {
            CometStream stream = comet.stream(AppendingWorker.STREAM, SHARDS);
            for (int i = 0; i < APPENDERS; i++) {
                int appender = number * APPENDERS + i;
                Thread.ofPlatform()
                        .start(() -> AppendingWorker.append(
                                comet, records.acks(), appender, SHARDS, 0, AppendingWorker.Pace.IN_BURSTS));
            }
            Thread.ofPlatform().start(() -> readForEver(stream, new Random(number)));
            ConsumingWorker.consume(comet, records.journal(number), records.locks(), GROUP);
        } catch (Exception | Error e) {
            die(e);
        }
    }

    /// The log as workers open it: so small that retention has much to do.
    private static Comet open(Path directory) {
        return open(directory, Duration.ofSeconds(2), SHARD_BYTES);
    }

    /// The log as the checker opens it: nothing more goes.
    static Comet openToCheck(Path directory) {
        return open(directory, Duration.ofDays(1), 1L << 40);
    }

    private static Comet open(Path directory, Duration maxAge, long shardBytes) {
        return Comet.open(
                directory,
                c -> c.segmentBytes(SEGMENT_BYTES)
                        .appendTimeout(Duration.ofSeconds(30))
                        .retention(r -> r.maxAge(maxAge).maxShardBytes(shardBytes)));
    }

    private static void readForEver(CometStream stream, Random random) {
        try {
            while (true) {
                CometShard shard = stream.shard(random.nextInt(SHARDS));
                long start = shard.startOffset();
                long from = start + random.nextLong(shard.endOffset() - start + 1);
                read(shard, from);
                LockSupport.parkNanos(READ_PAUSE_NANOS);
            }
        } catch (Exception | Error e) {
            die(e);
        }
    }

    private static void read(CometShard shard, long from) {
        long[] next = {from};
        shard.scan(
                from,
                Verify.CRC,
                (offset, micros, memory, position, length) -> {
                    byte[] payload = memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
                    if (offset != next[0] || !Payloads.isIntact(payload)) {
                        throw new AssertionError(shard + "@" + offset + " was read where " + next[0]
                                + " was expected, intact: " + Payloads.isIntact(payload));
                    }
                    next[0]++;
                    return offset < from + MOST_READ;
                },
                gap -> {
                    if (gap.from() != next[0] || gap.reason() != Gap.Reason.RETENTION) {
                        throw new AssertionError("where " + next[0] + " was expected: " + gap);
                    }
                    next[0] = gap.to();
                });
    }

    private static void die(Throwable e) {
        e.printStackTrace();
        Runtime.getRuntime().halt(1);
    }
}
