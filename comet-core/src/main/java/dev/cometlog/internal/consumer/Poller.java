package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.storage.Durations;
import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Delivers the shards of one stream to who asks, batch by batch.
///
/// Thread-safe; the batch of one poll ends with the next.
final class Poller {
    private static final System.Logger LOG = System.getLogger(Poller.class.getName());
    private static final long LEASE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    /// Threads that wait in a poll and are woken by appends; any more of them look for themselves.
    private static final int SEATS = 16;

    private final Member member;
    private final TimeSource time;
    private final Wakeup wakeup = new Wakeup(SEATS);

    // Guarded by this.
    private final Map<ShardLease, ShardFeed> feeds = new HashMap<>();
    private final Set<Integer> failing = new HashSet<>();
    private EntryBuffer buffer = new EntryBuffer();
    private @Nullable Batch present;
    private int turn;
    private long leasesDue;
    private boolean started;
    private boolean closed;

    Poller(GroupProgress progress, Object owner, TimeSource time) {
        LogStream stream = progress.stream();
        int[] shards = Subscription.toStream(stream.name()).shardsOf(stream.name(), stream.shardCount());
        this.member = new Member(progress, owner, shards, false);
        this.time = time;
    }

    /// The next batch of at most `max` entries, or an empty one if none came within `timeout`.
    ///
    /// @throws InterruptedException if interrupted while waiting
    Batch poll(int max, Duration timeout) throws InterruptedException {
        long begun = time.nanoTime();
        IdleWait wait = new IdleWait(time, LONGEST_PAUSE, wakeup);
        while (true) {
            Batch batch = next(max);
            long left = Durations.nanos(timeout) - (time.nanoTime() - begun);
            if (batch != null && (batch.size() > 0 || !batch.gaps().isEmpty() || left <= 0)) {
                return batch;
            }
            if (batch == null && left <= 0) {
                throw new CometException.LeaseHeld("every shard of stream \""
                        + member.progress().stream().name() + "\" is read by other consumers of group \""
                        + member.progress().group() + "\"");
            }
            wait.idle(left, this::hasNews);
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while polling");
            }
        }
    }

    private synchronized @Nullable Batch next(int max) {
        checkOpen();
        end();
        settle();
        List<ShardLease> held = member.held();
        Batch empty = null;
        for (int i = 0; i < held.size(); i++) {
            ShardFeed feed = feed(held.get(Integer.remainderUnsigned(turn++, held.size())));
            if (empty == null || feed.hasNews()) {
                Batch batch = feed.read(buffer, max);
                present = batch;
                if (batch.size() > 0 || !batch.gaps().isEmpty()) {
                    return batch;
                }
                empty = batch;
            }
        }
        return empty;
    }

    private ShardFeed feed(ShardLease lease) {
        return feeds.computeIfAbsent(lease, this::newFeed);
    }

    private ShardFeed newFeed(ShardLease lease) {
        lease.listen(wakeup::wakeOne);
        return new ShardFeed(lease);
    }

    private synchronized boolean hasNews() {
        for (ShardFeed feed : feeds.values()) {
            if (feed.hasNews()) {
                return true;
            }
        }
        return false;
    }

    private void settle() {
        long now = time.nanoTime();
        if (started && now - leasesDue < 0) {
            return;
        }
        started = true;
        leasesDue = now + LEASE_NANOS;
        member.rebalance();
        long micros = time.epochMicros();
        for (ShardLease lease : List.copyOf(member.held())) {
            look(lease);
            lease.stamp(micros);
            ShardFeed feed = feeds.get(lease);
            if (lease.isLeaving() && (feed == null || feed.isDrained())) {
                release(lease, micros);
            }
        }
    }

    /// Looks for the shard, if it is not known yet. One that cannot be opened holds up no other.
    private void look(ShardLease lease) {
        try {
            var _ = lease.view();
            boolean _ = failing.remove(lease.shard());
        } catch (CometException.Closed e) {
            throw e;
        } catch (CometException e) {
            if (failing.add(lease.shard())) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "group " + member.progress().group() + " cannot poll shard " + lease.shard() + " of stream "
                                + member.progress().stream().name() + " now; it is tried again",
                        e);
            }
        }
    }

    private void release(ShardLease lease, long micros) {
        ShardFeed _ = feeds.remove(lease);
        member.release(lease, micros);
    }

    /// Does something with a shard that need not be read here: an ack or a seek; false if somebody else reads it.
    ///
    /// A lease that was taken for that alone is given up again at once, unless acks wait in it for those before
    /// them.
    synchronized boolean use(int shard, Consumer<ShardLease> action) {
        checkOpen();
        ShardLease lease = member.takeOne(shard, this);
        if (lease == null) {
            return false;
        }
        try {
            var _ = lease.view();
            action.accept(lease);
        } finally {
            if (!started && !lease.hasHoles()) {
                release(lease, time.epochMicros());
            }
        }
        return true;
    }

    /// Gives up what it holds if it was never polled, so that a loop of the same consumer can have it.
    synchronized void makeWay() {
        if (!started) {
            List.copyOf(member.held()).forEach(lease -> release(lease, time.epochMicros()));
        }
    }

    /// Lets what was not acknowledged come again.
    synchronized void rewind() {
        member.held().forEach(ShardLease::rewind);
    }

    boolean isOfDeletedGroup() {
        return member.progress().isDeleted();
    }

    private void end() {
        if (present != null) {
            present.end();
            present = null;
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new CometException.Closed(
                    "consumer of group \"" + member.progress().group() + "\"");
        }
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            end();
            feeds.clear();
            member.close(time.epochMicros());
        }
    }
}
