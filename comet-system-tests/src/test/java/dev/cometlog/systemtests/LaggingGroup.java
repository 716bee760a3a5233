package dev.cometlog.systemtests;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.ConsumerTask;
import dev.cometlog.Delivery;
import dev.cometlog.Entry;
import dev.cometlog.Gap;
import dev.cometlog.ProcessOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/// A group that stops behind its first delivery until it is told to catch up, and notes what it was told of.
final class LaggingGroup implements AutoCloseable {
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final CountDownLatch first = new CountDownLatch(1);
    private final CometConsumer consumer;

    /// Guarded by this.
    private final Map<Integer, Set<Long>> told = new HashMap<>();

    private long gaps; // guarded by this

    LaggingGroup(Comet comet) {
        consumer = comet.consumer("lagging");
        ConsumerTask _ = consumer.start(
                this::handle,
                ProcessOptions.builder().stream(FillingWorker.STREAM)
                        .batchSize(50)
                        .discoveryInterval(Duration.ofMillis(50))
                        .onGap(this::gap)
                        .build());
    }

    private void handle(Delivery delivery) throws InterruptedException {
        first.countDown();
        mayGoOn.await();
        for (Entry entry : delivery) {
            tell(delivery.shard(), entry.id().offset(), entry.id().offset() + 1);
        }
    }

    private synchronized void gap(Gap gap) {
        gaps += gap.length();
        tell(gap.shard(), gap.from(), gap.to());
    }

    private synchronized void tell(int shard, long from, long to) {
        Set<Long> offsets = told.computeIfAbsent(shard, number -> new HashSet<>());
        for (long offset = from; offset < to; offset++) {
            offsets.add(offset);
        }
    }

    /// Waits until it has read something and lags from then on.
    void awaitFirst() throws InterruptedException {
        first.await();
    }

    void catchUp() {
        mayGoOn.countDown();
    }

    /// Of how many offsets of a shard it was told, each counted once.
    synchronized long told(int shard) {
        return told.getOrDefault(shard, Set.of()).size();
    }

    /// How many offsets it was told are missing.
    synchronized long gaps() {
        return gaps;
    }

    @Override
    public void close() {
        mayGoOn.countDown();
        consumer.close();
    }
}
