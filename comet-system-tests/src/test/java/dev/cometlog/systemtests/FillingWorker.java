package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometException;
import dev.cometlog.CometShard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/// A process that appends as fast as it can to a log that fills up, notes every id that it is given, and tries
/// again when it is refused, until a file tells it to stop. It begins once another file is there.
///
/// Arguments: log directory, directory of ack files, directory of what is told of refusals, worker number, shards,
/// file that stops it.
final class FillingWorker {
    static final String STREAM = "events:v1";

    /// The file beside the one that stops them without which they do not begin.
    static final String GO = "go";

    private static final long PAUSE_NANOS = 2_000_000;

    /// Enough to tell why, should it have been one too many.
    private static final int TOLD_REFUSALS = 10;

    private FillingWorker() {}

    public static void main(String[] args) throws IOException {
        int worker = Integer.parseInt(args[3]);
        int shards = Integer.parseInt(args[4]);
        Path stop = Path.of(args[5]);
        try (Comet comet = Comet.open(Path.of(args[0]));
                Acks acks = new Acks(Path.of(args[1]).resolve(args[3]));
                FileChannel refusals = FileChannel.open(
                        Path.of(args[2]).resolve(args[3]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (!Files.exists(stop.resolveSibling(GO)) && !Files.exists(stop)) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            Refusals told = Refusals.NONE;
            for (long sequence = 0; !Files.exists(stop); ) {
                int number = (int) ((worker + sequence) % shards);
                long started = System.nanoTime();
                try {
                    CometShard shard = comet.stream(STREAM, shards).shard(number);
                    long offset = shard.append(Payloads.large(worker, sequence));
                    acks.write(worker, number, offset, sequence, 1);
                    sequence++;
                } catch (CometException.LogFull | CometException.DiskFull e) {
                    told = told.plus(e instanceof CometException.DiskFull, System.nanoTime() - started);
                    int _ = refusals.write(told.bytes(), 0);
                    if (told.all() <= TOLD_REFUSALS) {
                        System.out.println("worker " + worker + " was refused: " + e);
                    }
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    /// How often a worker was refused so far.
    static Refusals refusals(Path directory, int worker) throws IOException {
        Path file = directory.resolve(Integer.toString(worker));
        return Files.exists(file) && Files.size(file) == Refusals.BYTES
                ? Refusals.of(ByteBuffer.wrap(Files.readAllBytes(file)))
                : Refusals.NONE;
    }

    /// @param all how often a worker was refused
    /// @param byDisk how often with `DiskFull`
    /// @param shortestNanos after how long at least
    record Refusals(long all, long byDisk, long shortestNanos) {
        private static final int BYTES = 3 * Long.BYTES;
        private static final Refusals NONE = new Refusals(0, 0, Long.MAX_VALUE);

        private Refusals plus(boolean isByDisk, long nanos) {
            return new Refusals(all + 1, byDisk + (isByDisk ? 1 : 0), Math.min(shortestNanos, nanos));
        }

        private ByteBuffer bytes() {
            return ByteBuffer.allocate(BYTES)
                    .putLong(all)
                    .putLong(byDisk)
                    .putLong(shortestNanos)
                    .flip();
        }

        private static Refusals of(ByteBuffer bytes) {
            return new Refusals(bytes.getLong(), bytes.getLong(), bytes.getLong());
        }
    }
}
