package dev.cometlog.kafka;

import static java.util.Objects.requireNonNull;

import dev.cometlog.Entry;
import dev.cometlog.forward.Outcome;
import dev.cometlog.forward.SinkBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Writes one shard for one group: each batch and how far the shard has come in one transaction.
///
/// One transactional id for each shard, so that whoever begins with it puts an end to the transactions of those
/// before him, in whichever process they are, before he reads how far they came. The batches of a shard come one
/// after another; thread-safe so that closing may come at any time.
final class ShardTransactions {
    private static final System.Logger LOG = System.getLogger(ShardTransactions.class.getName());

    private final Producers producers;
    private final String id;
    private final Duration sendTimeout;

    private @Nullable Producer<byte[], byte[]> producer; // guarded by this
    private @Nullable ConsumerGroupMetadata group; // guarded by this
    private StoredOffset stored = StoredOffset.NONE; // guarded by this

    /// @param id the transactional id, and the name of Kafka's consumer group that keeps the offset
    ShardTransactions(Producers producers, String id, Duration sendTimeout) {
        this.producers = producers;
        this.id = id;
        this.sendTimeout = sendTimeout;
    }

    synchronized List<Outcome> send(SinkBatch batch) {
        try {
            Producer<byte[], byte[]> ready = ready(producers.topic(batch.stream()));
            List<Entry> entries = batch.entries();
            int there = 0;
            while (there < entries.size() && isThere(entries.get(there))) {
                there++;
            }
            List<Outcome> outcomes = new ArrayList<>(Collections.nCopies(there, Outcome.done()));
            if (there < entries.size()) {
                outcomes.addAll(write(ready, batch, entries.subList(there, entries.size())));
            }
            return outcomes;
        } catch (RuntimeException e) {
            // Whether the transaction came to be is known by the next who begins.
            close();
            throw e;
        }
    }

    private boolean isThere(Entry entry) {
        return stored.covers(entry.id().offset(), entry.timestampMicros());
    }

    private Producer<byte[], byte[]> ready(String topic) {
        Producer<byte[], byte[]> present = producer;
        if (present != null) {
            return present;
        }
        Producer<byte[], byte[]> made = producers.transactional(id);
        producer = made;
        made.initTransactions();
        resume(topic);
        LOG.log(System.Logger.Level.DEBUG, () -> id + " goes on at " + stored);
        return made;
    }

    /// Reads how far the shard has come: what was stored last, in whichever partition it was then.
    private void resume(String topic) {
        try (Consumer<byte[], byte[]> consumer = producers.offsetsOf(id)) {
            Set<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .collect(Collectors.toSet());
            StoredOffset latest = StoredOffset.NONE;
            for (OffsetAndMetadata value : consumer.committed(partitions).values()) {
                StoredOffset found = StoredOffset.of(value);
                if (found != null && found.timestampMicros() >= latest.timestampMicros()) {
                    latest = found;
                }
            }
            stored = latest;
            group = consumer.groupMetadata();
        }
    }

    /// Writes as many of the entries as are taken, in one transaction; none of those behind one that is not.
    private List<Outcome> write(Producer<byte[], byte[]> ready, SinkBatch batch, List<Entry> entries) {
        RecordMaker records = producers.recordMaker(ready, batch);
        List<Entry> sent = entries;
        while (true) {
            List<Outcome> outcomes = attempt(ready, batch, records, sent);
            int done = sent.size();
            for (int i = sent.size() - 1; i >= 0; i--) {
                done = outcomes.get(i) instanceof Outcome.Done ? done : i;
            }
            if (done == sent.size()) {
                return withRest(outcomes, entries.size());
            }
            ready.abortTransaction();
            Outcome trouble = outcomes.get(done);
            if (trouble instanceof Outcome.Retry retry) {
                throw new IllegalStateException(retry.reason());
            }
            if (done == 0) {
                return withRest(List.of(trouble), entries.size());
            }
            // Those before the one that is rejected go by themselves; then it is the first, and known.
            sent = sent.subList(0, done);
        }
    }

    /// Writes all of the entries and commits, or leaves a transaction that has to be aborted.
    private List<Outcome> attempt(
            Producer<byte[], byte[]> ready, SinkBatch batch, RecordMaker records, List<Entry> entries) {
        ready.beginTransaction();
        Confirmations confirmations = new Confirmations(ready, entries.size());
        long deadline = Confirmations.deadline(sendTimeout);
        for (Entry entry : entries) {
            if (!confirmations.send(records.record(entry))) {
                break;
            }
        }
        List<Outcome> outcomes = confirmations.await(deadline);
        if (Confirmations.firstTrouble(outcomes) == null) {
            Entry last = entries.getLast();
            StoredOffset next = new StoredOffset(last.id().offset() + 1, last.timestampMicros());
            TopicPartition where =
                    new TopicPartition(producers.topic(batch.stream()), producers.partition(ready, batch));
            ready.sendOffsetsToTransaction(
                    Map.of(where, next.toKafka()), requireNonNull(group, "known since it resumed"));
            ready.commitTransaction();
            stored = next;
        }
        return outcomes;
    }

    private static List<Outcome> withRest(List<Outcome> known, int size) {
        List<Outcome> outcomes = new ArrayList<>(known);
        outcomes.addAll(
                Collections.nCopies(size - known.size(), Outcome.retry("not sent: an entry before it is rejected")));
        return outcomes;
    }

    synchronized void close() {
        Producer<byte[], byte[]> last = producer;
        producer = null;
        if (last != null) {
            last.close(Duration.ZERO);
        }
    }
}
