package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import dev.cometlog.CometShard;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// A process that appends until it is killed, or closes the log after so many entries.
///
/// Arguments: log directory, directory of ack files, worker number, threads, shards, entries per thread (0 for
/// no end).
final class AppendingWorker {
    static final String STREAM = "events:v1";
    static final int SEGMENT_BYTES = Integer.getInteger("comet.test.segmentBytes", 256 * 1024);
    private static final long MAX_SHARD_BYTES = Long.getLong("comet.test.maxShardBytes", 0);
    private static final Pace PACE = Pace.valueOf(System.getProperty("comet.test.pace", "FAST"));
    private static final int LARGEST_BATCH = 20;
    private static final int SYNC_EVERY = 500;
    private static final int READ_BACK_EVERY = 8;
    private static final int CALLS_A_BURST = 4;
    private static final long PAUSE_NANOS = 3_000_000;

    private AppendingWorker() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        Path ackDirectory = Path.of(args[1]);
        int firstWorker = Integer.parseInt(args[2]);
        int threads = Integer.parseInt(args[3]);
        int shards = Integer.parseInt(args[4]);
        long entries = Long.parseLong(args[5]);
        try (Comet comet = open(directory)) {
            List<Thread> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int worker = firstWorker + t;
                running.add(
                        Thread.ofPlatform().start(() -> append(comet, ackDirectory, worker, shards, entries, PACE)));
            }
            for (Thread thread : running) {
                thread.join();
            }
        }
    }

    /// The log as all workers and checkers open it.
    static Comet open(Path directory) {
        return open(directory, SEGMENT_BYTES);
    }

    static Comet open(Path directory, int segmentBytes) {
        return Comet.open(directory, c -> {
            c.segmentBytes(segmentBytes).appendTimeout(Duration.ofSeconds(30));
            if (MAX_SHARD_BYTES > 0) {
                c.retention(r -> r.maxShardBytes(MAX_SHARD_BYTES));
            }
        });
    }

    /// How fast a worker appends.
    enum Pace {
        FAST,

        /// In bursts, between which the cores are free for others, and in which death often comes.
        IN_BURSTS;

        private void pause(long calls) {
            if (this == IN_BURSTS && calls % CALLS_A_BURST == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /// Appends and notes what was acknowledged; ends the process if that fails.
    static void append(Comet comet, Path ackDirectory, int worker, int shards, long entries, Pace pace) {
        try {
            appendAndNote(comet, ackDirectory, worker, shards, entries, pace);
        } catch (IOException | CometException | AssertionError e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    /// Appends and notes what was acknowledged.
    static void appendAndNote(Comet comet, Path ackDirectory, int worker, int shards, long entries, Pace pace)
            throws IOException {
        Random random = new Random(worker);
        long end = entries == 0 ? Long.MAX_VALUE : entries;
        try (Acks acks = new Acks(ackDirectory.resolve(Integer.toString(worker)))) {
            long calls = 0;
            for (long sequence = 0; sequence < end; ) {
                int number = random.nextInt(shards);
                CometShard shard = comet.stream(STREAM, shards).shard(number);
                int count = random.nextInt(4) == 0 ? 1 + random.nextInt(LARGEST_BATCH) : 1;
                long offset = appendOnceHealed(shard, worker, sequence, count);
                acks.write(worker, number, offset, sequence, count);
                if (++calls % SYNC_EVERY == 0) {
                    shard.sync();
                }
                if (calls % READ_BACK_EVERY == 0) {
                    readBack(shard, offset, Payloads.of(worker, sequence));
                }
                sequence += count;
                pace.pause(calls);
            }
        }
    }

    /// Retention may be faster than the end of a run, so what an id names is looked at now as well.
    private static void readBack(CometShard shard, long offset, byte[] appended) {
        long _ = shard.scan(
                offset,
                Verify.CRC,
                (at, micros, memory, position, length) -> {
                    byte[] found = memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
                    if (at < offset || (at == offset && !Arrays.equals(found, appended))) {
                        throw new AssertionError(shard + "@" + offset + " names what somebody else appended");
                    }
                    return false;
                },
                gap -> {
                    if (gap.reason() != Gap.Reason.RETENTION) {
                        throw new AssertionError(gap.toString());
                    }
                });
    }

    /// A shard of which a force failed takes no entries until some process has written it anew.
    private static long appendOnceHealed(CometShard shard, int worker, long sequence, int count) {
        while (true) {
            try {
                return append(shard, worker, sequence, count);
            } catch (CometException.Poisoned e) {
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    private static long append(CometShard shard, int worker, long sequence, int count) {
        if (count == 1) {
            return shard.append(Payloads.of(worker, sequence));
        }
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batch.add(Payloads.of(worker, sequence + i));
        }
        return shard.append(batch);
    }
}
