package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.Delivery;
import dev.cometlog.Entry;
import dev.cometlog.ProcessOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A JVM that processes a group until killed, and notes in a journal what it handled: `shard from end` a line.
///
/// While it handles a delivery it holds a file lock of the shard's, which the kernel frees if it dies: if that
/// cannot be had, two members were at one shard, and the journal says `overlap`.
final class ConsumingWorker {
    static final int BATCH = 100;

    private ConsumingWorker() {}

    public static void main(String[] args) throws Exception {
        Path locks = Path.of(args[2]);
        try (Comet comet = Comet.open(Path.of(args[0]));
                CometConsumer consumer = comet.consumer("group");
                FileChannel journal =
                        FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            consumer.process(
                    delivery -> handle(delivery, journal, locks),
                    ProcessOptions.builder()
                            .batchSize(BATCH)
                            .discoveryInterval(Duration.ofMillis(100))
                            .build());
        }
    }

    private static void handle(Delivery delivery, FileChannel journal, Path locks) throws IOException {
        try (FileChannel file = FileChannel.open(
                        locks.resolve("shard-" + delivery.shard()),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                @Nullable FileLock lock = file.tryLock()) {
            if (lock == null) {
                write(journal, "overlap " + delivery.shard());
            }
            long from = -1;
            long end = -1;
            for (Entry entry : delivery) {
                from = from < 0 ? entry.id().offset() : from;
                end = entry.id().offset() + 1;
            }
            write(journal, delivery.shard() + " " + from + " " + end);
        }
    }

    /// In one write, so that a line is there whole or not at all.
    private static void write(FileChannel journal, String line) throws IOException {
        int _ = journal.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }
}
