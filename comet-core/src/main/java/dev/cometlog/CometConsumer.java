package dev.cometlog;

import static java.util.Objects.requireNonNull;

import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.consumer.ProcessLoop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A member of a consumer group: consumers that share how far they have come, in every process.
///
/// Every entry of the log is delivered to every group at least once, and to one of its members at a time: live
/// members share the shards, and those of a dead one move on by themselves. Thread-safe; get it from
/// [Comet#consumer(String)].
public final class CometConsumer implements AutoCloseable {
    private final Comet comet;
    private final GroupConsumer consumer;

    CometConsumer(Comet comet, GroupConsumer consumer) {
        this.comet = comet;
        this.consumer = consumer;
    }

    /// The group's name.
    public String group() {
        return consumer.group();
    }

    /// Delivers every shard of every stream, also those made later, until closed.
    ///
    /// @throws InterruptedException if the calling thread is interrupted; what is then being handled counts as not
    ///     handled
    /// @throws CometException.HandlerFailed if an entry failed at every attempt
    public void process(Handler handler) throws InterruptedException {
        process(handler, ProcessOptions.builder().build());
    }

    /// Delivers until this consumer is closed, by any thread, or the handler throws [StopProcessing].
    ///
    /// @throws InterruptedException if the calling thread is interrupted
    /// @throws CometException.HandlerFailed if an entry failed at every attempt and that means to stop
    public void process(Handler handler, ProcessOptions options) throws InterruptedException {
        ProcessLoop loop = loop(handler, options);
        try {
            loop.run();
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Delivers in the background.
    public ConsumerTask start(Handler handler, ProcessOptions options) {
        return new ConsumerTask(comet, loop(handler, options), "comet-consumer-" + group());
    }

    private ProcessLoop loop(Handler handler, ProcessOptions options) {
        requireNonNull(handler, "handler");
        requireNonNull(options, "options");
        comet.checkOpen();
        // The loop is known only once it is made, and its deliveries ask it whether it ends.
        AtomicReference<ProcessLoop> self = new AtomicReference<>();
        ProcessLoop loop =
                consumer.loop(options, batch -> handler.handle(new Delivery(batch, () -> isStopping(self.get()))));
        self.set(loop);
        return loop;
    }

    private static boolean isStopping(@Nullable ProcessLoop loop) {
        return loop != null && loop.isStopping();
    }

    /// The next entries of a stream, of one of the shards that this consumer reads; empty if none came in time.
    ///
    /// The delivery lends its bytes until the next poll of that stream. What is not acknowledged comes again after
    /// [#rewind()], after [#close()], or when the shard moves to another member.
    ///
    /// @throws CometException.UnknownStream if the stream does not exist
    /// @throws CometException.LeaseHeld if other consumers read all its shards for so long
    /// @throws InterruptedException if interrupted while waiting
    public Delivery poll(String stream, int max, Duration timeout) throws InterruptedException {
        requireNonNull(stream, "stream");
        requireNonNull(timeout, "timeout");
        if (max < 1) {
            throw new IllegalArgumentException("max must be at least 1: max=" + max);
        }
        comet.checkOpen();
        try {
            return new Delivery(consumer.poll(stream, max, timeout), () -> false);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Acknowledges one entry. What counts after a crash is what is acknowledged without a hole.
    ///
    /// @throws CometException.LeaseHeld naming the consumer that reads the shard, if it is not this one
    /// @throws IllegalArgumentException if there is no such entry, or too many before it are not acknowledged
    public void ack(EntryId id) {
        ack(id.stream(), id.shard(), id.offset(), id.offset());
    }

    /// Acknowledges the entries from offset `from` up to and including `to`.
    ///
    /// @throws CometException.LeaseHeld naming the consumer that reads the shard, if it is not this one
    /// @throws IllegalArgumentException if they do not all exist, or too many before them are not acknowledged
    public void ackRange(String stream, int shard, long from, long to) {
        requireNonNull(stream, "stream");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("0 <= from <= to must hold: from=" + from + ", to=" + to);
        }
        ack(stream, shard, from, to);
    }

    private void ack(String stream, int shard, long from, long last) {
        comet.checkOpen();
        // The last offset there can be has none behind it; it does not exist either way.
        long end = last == Long.MAX_VALUE ? last : last + 1;
        try {
            consumer.ack(stream, shard, from, end);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Goes to another place in a shard: what lies above comes (again), what lies below does not.
    ///
    /// @throws CometException.LeaseHeld naming the consumer that reads the shard, if it is not this one
    public void seek(String stream, int shard, Seek to) {
        requireNonNull(stream, "stream");
        requireNonNull(to, "to");
        comet.checkOpen();
        try {
            consumer.seek(stream, shard, to);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Lets what was polled and not acknowledged come again.
    public void rewind() {
        comet.checkOpen();
        consumer.rewind();
    }

    /// How far the group is behind in a stream, by any of its members. Makes nothing: a group that does not exist
    /// is behind by everything.
    public Lag lag(String stream) {
        requireNonNull(stream, "stream");
        comet.checkOpen();
        try {
            return consumer.lag(stream);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Who reads a shard for the group now, in words for people; empty if nobody does. Makes nothing.
    public Optional<String> reader(String stream, int shard) {
        requireNonNull(stream, "stream");
        comet.checkOpen();
        try {
            return consumer.reader(stream, shard);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Deletes the group in a stream: how far it has come is forgotten, and nothing is kept for it any more.
    ///
    /// @return false if there is no such group
    /// @throws CometException.LeaseHeld naming who reads for it: only a group without living members can go
    public boolean delete(String stream) {
        requireNonNull(stream, "stream");
        comet.checkOpen();
        try {
            return consumer.delete(stream);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// What the group did so far with the entries of a stream, by any of its members.
    public Lag.Counts counts(String stream) {
        requireNonNull(stream, "stream");
        comet.checkOpen();
        try {
            return consumer.counts(stream);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Returns once all acks so far survive power loss.
    public void sync() {
        comet.checkOpen();
        try {
            consumer.sync();
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Ends `process` and every task, waits for the handlers that are at work, and lets other members have the
    /// shards. What was delivered and not acknowledged comes again. Called by a handler, it does not wait for it.
    @Override
    public void close() {
        consumer.close();
        comet.forget(this);
    }
}
