package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.Crc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/// Reads every shard while others append, and notes what it was given.
final class DemoFollower {
    private static final long PAUSE_NANOS = 1_000_000;

    private final Path directory;
    private final DemoLedger ledger;
    private volatile boolean last;

    DemoFollower(Path directory, DemoLedger ledger) {
        this.directory = directory;
        this.ledger = ledger;
    }

    /// Starts reading; the result comes after [#finish()], or is the error that ended it.
    CompletableFuture<DemoLedger> start() {
        var result = new CompletableFuture<DemoLedger>();
        Thread.ofPlatform().daemon().name("comet-demo-reader").start(() -> {
            try (Comet comet = Comet.open(directory, config -> config.readOnly(true))) {
                follow(comet.stream(DemoCommand.STREAM));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
            // Only now, with the log closed here; no effect after an error.
            result.complete(ledger);
        });
        return result;
    }

    /// Ends the reading once everything that is there now was read.
    void finish() {
        last = true;
    }

    private void follow(CometStream stream) {
        boolean isLast;
        do {
            // Asked before the shards are read: what was appended before finish() is read in the last round.
            isLast = last;
            long before = ledger.count();
            readAll(stream, ledger);
            if (ledger.count() == before && !isLast) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } while (!isLast);
    }

    /// Reads each shard on from where the ledger is, to its end.
    static void readAll(CometStream stream, DemoLedger ledger) {
        for (int number = 0; number < DemoCommand.SHARDS; number++) {
            int shardNumber = number;
            CometShard shard = stream.shard(number);
            if (ledger.next(number) == shard.endOffset()) {
                continue;
            }
            var copy = new Object() {
                byte[] bytes = new byte[1024];
            };
            long _ = shard.scan(
                    ledger.next(number),
                    Verify.CRC,
                    (long offset, long timestamp, MemorySegment memory, long position, int length) -> {
                        if (copy.bytes.length < length) {
                            copy.bytes = new byte[length * 2];
                        }
                        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, position, copy.bytes, 0, length);
                        ledger.add(shardNumber, offset, length, Crc.of(copy.bytes, 0, length));
                        return true;
                    },
                    DemoFollower::refuse);
        }
    }

    private static void refuse(Gap gap) {
        throw new CommandFailure("a gap where none may be: " + gap);
    }
}
