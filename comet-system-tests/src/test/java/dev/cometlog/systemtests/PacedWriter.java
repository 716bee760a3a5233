package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// A JVM that appends a few thousand entries a second until killed, and notes what it was acknowledged in [Acks].
///
/// Arguments: log directory, ack file, number of the writer, shards.
final class PacedWriter {
    private static final long PAUSE_NANOS = 200_000;
    private static final int LARGEST_BATCH = 5;

    private PacedWriter() {}

    public static void main(String[] args) throws Exception {
        int number = Integer.parseInt(args[2]);
        int shards = Integer.parseInt(args[3]);
        Random random = new Random(number);
        try (Comet comet = Comet.open(Path.of(args[0]));
                Acks acks = new Acks(Path.of(args[1]))) {
            CometStream stream = comet.stream(AppendingWorker.STREAM, shards);
            for (long sequence = 0; ; ) {
                int shard = random.nextInt(shards);
                int count = 1 + random.nextInt(LARGEST_BATCH);
                List<byte[]> batch = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    batch.add(Payloads.of(number, sequence + i));
                }
                acks.write(number, shard, stream.shard(shard).append(batch), sequence, count);
                sequence += count;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
