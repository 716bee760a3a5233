package dev.cometlog.kafka;

import dev.cometlog.Entry;
import dev.cometlog.forward.Outcome;
import dev.cometlog.forward.SinkBatch;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/// Sends every entry at least once, with one idempotent producer for all shards.
///
/// The producer repeats what was not confirmed by itself, in order, for as long as it lives. One that does not get
/// through in time is thrown away with what it had on its way, and the next one begins at the first entry that was
/// not confirmed. Since each begins there and leaves nothing out, the first time that each entry appears is in
/// order, whatever became of the old producer's last requests. Thread-safe.
final class PlainProducer implements BatchProducer {
    private final Producers producers;
    private final Duration sendTimeout;
    private @Nullable Producer<byte[], byte[]> present; // guarded by this

    PlainProducer(Producers producers, Duration sendTimeout) {
        this.producers = producers;
        this.sendTimeout = sendTimeout;
    }

    @Override
    public List<Outcome> send(SinkBatch batch) {
        Producer<byte[], byte[]> producer = producer();
        RecordMaker records = producers.recordMaker(producer, batch);
        Confirmations confirmations = new Confirmations(producer, batch.size());
        long deadline = Confirmations.deadline(sendTimeout);
        try {
            for (Entry entry : batch.entries()) {
                if (!confirmations.send(records.record(entry))) {
                    break;
                }
            }
        } catch (RuntimeException e) {
            // It is closed, or will never send again.
            discard(producer);
            throw e;
        }
        List<Outcome> outcomes = confirmations.await(deadline);
        // Whoever was interrupted is ending, and sends nothing that what is still on its way could overtake.
        if (confirmations.anyUnderWay() && !Thread.currentThread().isInterrupted()) {
            discard(producer);
        }
        return outcomes;
    }

    private synchronized Producer<byte[], byte[]> producer() {
        Producer<byte[], byte[]> producer = present;
        if (producer == null) {
            producer = producers.idempotent();
            present = producer;
        }
        return producer;
    }

    /// Throws a producer away. Whatever else waits for it is told so at once, and is tried again.
    private void discard(Producer<byte[], byte[]> producer) {
        synchronized (this) {
            if (!Objects.equals(present, producer)) {
                return;
            }
            present = null;
        }
        producer.close(Duration.ZERO);
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> last;
        synchronized (this) {
            last = present;
            present = null;
        }
        if (last != null) {
            // Whatever counts was waited for.
            last.close(Duration.ZERO);
        }
    }
}
