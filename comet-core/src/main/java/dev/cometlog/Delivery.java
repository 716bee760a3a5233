package dev.cometlog;

import dev.cometlog.internal.consumer.Batch;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;

/// Entries of one shard that follow each other, handed to a consumer.
public final class Delivery implements Iterable<Entry> {
    private final Batch batch;
    private final BooleanSupplier ending;

    Delivery(Batch batch, BooleanSupplier ending) {
        this.batch = batch;
        this.ending = ending;
    }

    public String stream() {
        return batch.stream();
    }

    public int shard() {
        return batch.shard();
    }

    public int size() {
        return batch.size();
    }

    /// What was passed over right before the first entry, because it will never be delivered.
    public List<Gap> gaps() {
        return batch.gaps();
    }

    /// The entries in order; each a distinct object that lends its bytes as [Entry] says.
    @Override
    public Iterator<Entry> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < batch.size();
            }

            @Override
            public Entry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the delivery has " + batch.size() + " entries");
                }
                return new DeliveredEntry(batch, next++);
            }
        };
    }

    /// Acknowledges all entries, and the gaps before them. Acks may come in any order; what counts after a crash
    /// is what is acknowledged without a hole. Does nothing if the shard was sought to another place since.
    ///
    /// @throws CometException.LeaseHeld if the shard went to another consumer meanwhile
    public void ack() {
        batch.ack();
    }

    /// Acknowledges the entries from offset `from` up to and including `to`, which are some of these. Like [#ack()], it
    /// does nothing if the shard was sought to another place since, and works while the consumer is being closed.
    ///
    /// @throws CometException.LeaseHeld if the shard went to another consumer meanwhile
    /// @throws IllegalArgumentException if they are not all part of this delivery
    public void ack(long from, long to) {
        long first = batch.firstOffset();
        if (from < first || to < from || to >= first + batch.size()) {
            throw new IllegalArgumentException(
                    "from and to must be offsets of this delivery, " + this + ": from=" + from + ", to=" + to);
        }
        batch.ack(from, to + 1);
    }

    /// Whether a long-running handler should come to an end: the consumer is closing, or the shard is wanted
    /// elsewhere.
    public boolean cancelled() {
        return ending.getAsBoolean() || batch.isCancelled();
    }

    @Override
    public String toString() {
        return batch.size() + " entries of " + stream() + " shard " + shard() + " from " + batch.firstOffset();
    }
}
