package dev.cometlog.bench;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How long it takes to go on after a process was killed: with its log, or with a shard whose lock it held.
final class ReopenCell {
    private static final int PAYLOAD_BYTES = 256;
    private static final int BATCH = 1000;
    private static final int SHARDS = 4;
    private static final double NANOS_PER_MILLI = 1e6;

    private ReopenCell() {}

    /// The child: fills a log, says so, and waits to be killed.
    static void fill(Path directory, int megabytes) throws Exception {
        Comet comet = CometTarget.open(directory);
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            batch.add(AppendCell.payload(PAYLOAD_BYTES));
        }
        CometStream stream = comet.stream(CometTarget.STREAM, SHARDS);
        long batches = batches(megabytes);
        for (int i = 0; i < batches; i++) {
            long unused = stream.shard(i % SHARDS).append(batch);
            assert unused >= 0;
        }
        ChildCell.awaitGo();
    }

    private static long batches(int megabytes) {
        return ((long) megabytes << 20) / (PAYLOAD_BYTES * BATCH);
    }

    /// From `open` until the first append to every shard has returned, in a JVM that has opened another, empty
    /// log before: what is measured is the log, not the loading of its classes.
    static Result reopen(Path directory, int megabytes) throws Exception {
        try (ChildCell child = ChildCell.start(List.of(), "fill", directory.toString(), Integer.toString(megabytes))) {
            Verified.require(1, child.line().equals("ready") ? 1 : 0);
        }
        try (Comet other = CometTarget.open(directory.resolveSibling("other"))) {
            long unused = other.stream(CometTarget.STREAM, 1).shard(0).append(new byte[1]);
            assert unused >= 0;
        }
        long start = System.nanoTime();
        try (Comet comet = CometTarget.open(directory)) {
            long opened = System.nanoTime();
            CometStream stream = comet.stream(CometTarget.STREAM);
            for (int i = 0; i < SHARDS; i++) {
                long unused = stream.shard(i).append(new byte[PAYLOAD_BYTES]);
                assert unused >= 0;
            }
            long appended = System.nanoTime();
            long entries = 0;
            for (int i = 0; i < SHARDS; i++) {
                entries += stream.shard(i).length();
            }
            Verified.require(batches(megabytes) * BATCH + SHARDS, entries);
            return new Result()
                    .with("reopenMs", (appended - start) / NANOS_PER_MILLI)
                    .with("openMs", (opened - start) / NANOS_PER_MILLI);
        }
    }

    /// The child: dies in its second append, with the lock in its hands.
    static void dieHolding(Path directory) {
        CometTarget target = new CometTarget(directory);
        target.append(new byte[PAYLOAD_BYTES]);
        target.append(new byte[PAYLOAD_BYTES]);
        throw new AssertionError("the kill point was not reached");
    }

    /// An append behind a holder that died in the middle of one.
    static Result takeOver(Path directory) throws Exception {
        try (CometTarget target = new CometTarget(directory)) {
            target.append(new byte[PAYLOAD_BYTES]);
            try (ChildCell child = ChildCell.start(
                    List.of("-Dcomet.killPoint=BEFORE_PUBLISH:2"), "die-holding", directory.toString())) {
                child.join();
            }
            long start = System.nanoTime();
            target.append(new byte[PAYLOAD_BYTES]);
            double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
            Verified.require(3, target.read(true));
            return new Result().with("takeOverMs", millis);
        }
    }
}
