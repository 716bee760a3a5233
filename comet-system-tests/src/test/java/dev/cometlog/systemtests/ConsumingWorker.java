package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.ConsumerTask;
import dev.cometlog.Delivery;
import dev.cometlog.Entry;
import dev.cometlog.Gap;
import dev.cometlog.ProcessOptions;
import dev.cometlog.systemtests.GroupJournal.Event;
import dev.cometlog.systemtests.GroupJournal.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// A JVM that processes a group until killed, and notes in a [GroupJournal] what it handled and acknowledged.
///
/// While it handles a delivery it holds a file lock of the shard's, which the kernel frees if it dies: if that
/// cannot be had, two members are at one shard.
///
/// Arguments: log directory, journal, directory of locks, group.
final class ConsumingWorker implements AutoCloseable {
    private static final int BATCH = 100;

    private final FileChannel journal;
    private final Path locks;

    /// What is being handled, for the note that it was acknowledged. One delivery is handled at a time.
    private Event handling = new Event(Kind.HANDLING, 0, 0, 0, 0);

    private ConsumingWorker(Path journal, Path locks) throws IOException {
        this.journal = FileChannel.open(journal, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        this.locks = locks;
    }

    public static void main(String[] args) throws Exception {
        try (Comet comet = Comet.open(Path.of(args[0]))) {
            consume(comet, Path.of(args[1]), Path.of(args[2]), args[3]);
        }
    }

    /// Consumes until the process is killed.
    static void consume(Comet comet, Path journal, Path locks, String group) throws Exception {
        try (CometConsumer consumer = comet.consumer(group);
                ConsumingWorker worker = new ConsumingWorker(journal, locks)) {
            consumer.process(worker::handle, options(worker));
        }
    }

    /// Consumes what is left.
    static void consumeAll(Comet comet, Path journal, Path locks, String group) throws Exception {
        try (ConsumingWorker worker = new ConsumingWorker(journal, locks);
                CometConsumer consumer = comet.consumer(group)) {
            ConsumerTask _ = consumer.start(worker::handle, options(worker));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> consumer.lag(AppendingWorker.STREAM).entries() == 0);
        }
    }

    private static ProcessOptions options(ConsumingWorker worker) {
        return ProcessOptions.builder()
                .batchSize(BATCH)
                .discoveryInterval(Duration.ofMillis(100))
                .onBatch((size, took) -> worker.acknowledged())
                .onGap(worker::passed)
                .build();
    }

    private void handle(Delivery delivery) throws IOException {
        long began = System.nanoTime();
        try (FileChannel file = FileChannel.open(
                        locks.resolve("shard-" + delivery.shard()),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                @Nullable FileLock lock = file.tryLock()) {
            long from = -1;
            long end = -1;
            for (Entry entry : delivery) {
                from = from < 0 ? entry.id().offset() : from;
                end = entry.id().offset() + 1;
            }
            handling = new Event(Kind.HANDLING, delivery.shard(), from, end, began);
            handling.appendTo(journal);
            if (lock == null) {
                new Event(Kind.OVERLAP, delivery.shard(), from, end, began).appendTo(journal);
            }
        }
    }

    /// A gap is over with once it was told.
    private void passed(Gap gap) {
        try {
            new Event(Kind.HANDLING, gap.shard(), gap.from(), gap.to(), System.nanoTime()).appendTo(journal);
        } catch (IOException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private void acknowledged() {
        try {
            handling.acknowledged(System.nanoTime()).appendTo(journal);
        } catch (IOException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
