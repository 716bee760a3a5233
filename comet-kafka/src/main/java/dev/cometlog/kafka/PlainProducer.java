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
/// order, whatever became of the old producer's last requests. For the first record that a producer sends to a
/// partition see [KnownPartitions]. Thread-safe.
final class PlainProducer implements BatchProducer {
    private final Producers producers;
    private final Duration sendTimeout;
    private @Nullable Session present; // guarded by this

    /// One producer, and where the brokers know it.
    private record Session(Producer<byte[], byte[]> producer, KnownPartitions partitions) {}

    PlainProducer(Producers producers, Duration sendTimeout) {
        this.producers = producers;
        this.sendTimeout = sendTimeout;
    }

    @Override
    public List<Outcome> send(SinkBatch batch) throws InterruptedException {
        Session session = session();
        RecordMaker records = producers.recordMaker(session.producer(), batch);
        Confirmations confirmations = new Confirmations(session.producer(), batch.size());
        long deadline = Confirmations.deadline(sendTimeout);
        try {
            send(batch.entries(), records, confirmations, session.partitions(), deadline);
        } catch (RuntimeException e) {
            // It is closed, or will never send again.
            discard(session);
            throw e;
        }
        List<Outcome> outcomes = confirmations.await(deadline);
        // Whoever was interrupted is ending, and sends nothing that what is still on its way could overtake.
        if (confirmations.anyUnderWay() && !Thread.currentThread().isInterrupted()) {
            discard(session);
        }
        return outcomes;
    }

    /// Hands over as many as may be handed over, in order.
    private static void send(
            List<Entry> entries,
            RecordMaker records,
            Confirmations confirmations,
            KnownPartitions partitions,
            long deadline)
            throws InterruptedException {
        boolean goesOn = partitions.introduce(
                records.where(),
                () -> confirmations.send(records.record(entries.getFirst())) && confirmations.awaitFirst(deadline));
        for (int next = confirmations.size(); goesOn && next < entries.size(); next++) {
            goesOn = confirmations.send(records.record(entries.get(next)));
        }
    }

    private synchronized Session session() {
        Session session = present;
        if (session == null) {
            session = new Session(producers.idempotent(), new KnownPartitions(System::nanoTime));
            present = session;
        }
        return session;
    }

    /// Throws a producer away. Whatever else waits for it is told so at once, and is tried again.
    private void discard(Session session) {
        synchronized (this) {
            if (!Objects.equals(present, session)) {
                return;
            }
            present = null;
        }
        session.producer().close(Duration.ZERO);
    }

    @Override
    public void close() {
        Session last;
        synchronized (this) {
            last = present;
            present = null;
        }
        if (last != null) {
            // Whatever counts was waited for.
            last.producer().close(Duration.ZERO);
        }
    }
}
