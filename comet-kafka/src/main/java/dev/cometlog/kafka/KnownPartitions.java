package dev.cometlog.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/// In which partitions a producer has a record already, so that the broker checks the order of those that follow.
///
/// A broker that knows nothing of a producer takes whatever comes first. Where several requests are under way, and the
/// first is refused because the partition is just coming to be, it takes the second, and the first never again: the
/// order is broken, and the producer tries for ever. So the first record goes alone. Thread-safe.
final class KnownPartitions {

    /// Well below a day, after which a broker forgets a producer that sends nothing (`producer.id.expiration.ms`).
    private static final long REMEMBERED_NANOS = Duration.ofMinutes(30).toNanos();

    private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    KnownPartitions(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private static final class Partition {
        private final ReentrantLock lock = new ReentrantLock();
        private volatile boolean known;
        private volatile long usedNanos;
    }

    /// Sends a first record and waits for it; returns whether it was confirmed.
    interface FirstRecord {
        boolean send();
    }

    /// Lets the first record of a partition go alone; does nothing where that was done. Returns false if it was sent
    /// and not confirmed: then no other may follow.
    ///
    /// @throws InterruptedException if interrupted while another thread sends its first record there
    boolean introduce(TopicPartition where, FirstRecord first) throws InterruptedException {
        Partition partition = partitions.computeIfAbsent(where, key -> new Partition());
        if (!isKnown(partition)) {
            partition.lock.lockInterruptibly();
            try {
                if (!isKnown(partition)) {
                    partition.known = false;
                    if (!first.send()) {
                        return false;
                    }
                    partition.usedNanos = nanoTime.getAsLong();
                    partition.known = true;
                }
            } finally {
                partition.lock.unlock();
            }
        }
        partition.usedNanos = nanoTime.getAsLong();
        return true;
    }

    private boolean isKnown(Partition partition) {
        return partition.known && nanoTime.getAsLong() - partition.usedNanos < REMEMBERED_NANOS;
    }
}
