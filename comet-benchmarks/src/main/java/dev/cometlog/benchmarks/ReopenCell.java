package dev.cometlog.benchmarks;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Fills a log and dies like a process that is killed; then opens it again.
final class ReopenCell {
    private static final int PAYLOAD_BYTES = 256;
    private static final int BATCH = 1000;
    private static final int SHARDS = 4;
    private static final int KILLED = 137;
    private static final double NANOS_PER_MILLI = 1e6;

    private ReopenCell() {}

    /// Never returns: the process ends without closing anything.
    static Result fill(Path directory, int megabytes) {
        Comet comet = CometTarget.open(directory);
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            batch.add(new byte[PAYLOAD_BYTES]);
        }
        long batches = ((long) megabytes << 20) / (PAYLOAD_BYTES * BATCH);
        for (int i = 0; i < batches; i++) {
            long unused = comet.stream("bench:v1", SHARDS).shard(i % SHARDS).append(batch);
            assert unused >= 0;
        }
        Runtime.getRuntime().halt(KILLED);
        throw new AssertionError("halted");
    }

    /// From `open` until the first append to every shard has returned, in a JVM that has opened another, empty
    /// log before: what is measured is the log, not the loading of its classes.
    static Result reopen(Path directory) {
        try (Comet other = CometTarget.open(directory.resolveSibling("other"))) {
            long unused = other.stream("bench:v1", 1).shard(0).append(new byte[1]);
            assert unused >= 0;
        }
        long start = System.nanoTime();
        Comet comet = CometTarget.open(directory);
        for (int i = 0; i < SHARDS; i++) {
            CometShard shard = comet.stream("bench:v1").shard(i);
            long unused = shard.append(new byte[PAYLOAD_BYTES]);
            assert unused >= 0;
        }
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        long entries = 0;
        for (int i = 0; i < SHARDS; i++) {
            entries += comet.stream("bench:v1").shard(i).length();
        }
        comet.close();
        return new Result().with("reopenMs", millis).with("entries", entries);
    }
}
