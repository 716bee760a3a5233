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
/// again when it is refused, until a file tells it to stop.
///
/// Arguments: log directory, directory of ack files, directory of counts of refusals, worker number, shards, file
/// that stops it.
final class FillingWorker {
    static final String STREAM = "events:v1";
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
            long refused = 0;
            for (long sequence = 0; !Files.exists(stop); ) {
                int number = (int) ((worker + sequence) % shards);
                try {
                    CometShard shard = comet.stream(STREAM, shards).shard(number);
                    long offset = shard.append(Payloads.large(worker, sequence));
                    acks.write(worker, number, offset, sequence, 1);
                    sequence++;
                } catch (CometException.LogFull | CometException.DiskFull e) {
                    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).putLong(0, ++refused);
                    int _ = refusals.write(count, 0);
                    if (refused <= TOLD_REFUSALS) {
                        System.out.println("worker " + worker + " was refused: " + e);
                    }
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    /// How often a worker was refused so far.
    static long refused(Path counts, int worker) throws IOException {
        Path file = counts.resolve(Integer.toString(worker));
        return Files.exists(file) && Files.size(file) == Long.BYTES
                ? ByteBuffer.wrap(Files.readAllBytes(file)).getLong()
                : 0;
    }
}
