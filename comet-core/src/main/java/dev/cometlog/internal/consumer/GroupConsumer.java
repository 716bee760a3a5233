package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.Lag;
import dev.cometlog.ProcessOptions;
import dev.cometlog.Seek;
import dev.cometlog.internal.consumer.GroupFile.Counter;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.ShardDistance;
import dev.cometlog.internal.log.ShardView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One consumer of a group: its loops, its polls, and what it asks and tells of the group's progress.
///
/// Thread-safe.
public final class GroupConsumer {
    private static final Duration LONG = Duration.ofDays(365);

    private final Log log;
    private final Groups groups;
    private final String group;
    private final Set<ProcessLoop> loops = ConcurrentHashMap.newKeySet();

    /// By stream.
    private final Map<String, Poller> pollers = new ConcurrentHashMap<>();

    /// What acks find their shard by, by stream.
    private final Map<String, GroupProgress> known = new ConcurrentHashMap<>();

    private boolean closed; // guarded by this

    /// @throws IllegalArgumentException if the group cannot be called so
    public GroupConsumer(Log log, String group) {
        this.log = log;
        this.group = StreamName.check("group", group);
        this.groups = Groups.of(log);
    }

    public String group() {
        return group;
    }

    /// A loop that has not begun; it belongs to this consumer until it has ended.
    public synchronized ProcessLoop loop(ProcessOptions options, BatchHandler handler) {
        checkOpen();
        var _ = log.incarnations();
        loops.removeIf(ProcessLoop::hasEnded);
        pollers.values().forEach(Poller::makeWay);
        ProcessLoop loop = new ProcessLoop(log, group, this, options, handler);
        loops.add(loop);
        return loop;
    }

    /// The next batch of a stream; empty if none came within `timeout`.
    public Batch poll(String stream, int max, Duration timeout) throws InterruptedException {
        return poller(stream).poll(max, timeout);
    }

    private Poller poller(String stream) {
        Poller poller = pollers.get(stream);
        return poller != null && !poller.isOfDeletedGroup() ? poller : newPoller(stream);
    }

    private synchronized Poller newPoller(String stream) {
        checkOpen();
        var _ = log.incarnations();
        return pollers.compute(stream, (name, present) -> {
            if (present != null && !present.isOfDeletedGroup()) {
                return present;
            }
            if (present != null) {
                present.close();
            }
            return new Poller(register(name), this, log.time());
        });
    }

    private GroupProgress register(String stream) {
        return groups.findOrCreate(existing(stream), group, Seek.earliest());
    }

    private LogStream existing(String stream) {
        return existing(log, stream);
    }

    private static LogStream existing(Log log, String stream) {
        return log.find(stream)
                .orElseThrow(() -> new CometException.UnknownStream(
                        "no stream is called \"" + stream + "\" in " + log.directory()));
    }

    /// Acknowledges offsets of a shard that this consumer reads, or that nobody does.
    ///
    /// @throws CometException.LeaseHeld naming who else reads it
    /// @throws IllegalArgumentException if they do not exist, or too many before them are not acknowledged
    public void ack(String stream, int shard, long from, long to) {
        ShardLease lease = held(stream, shard);
        if (lease != null) {
            lease.ack(from, to);
        } else {
            use(stream, shard, of -> checkExist(of, shard, from, to), taken -> taken.ack(from, to));
        }
    }

    private static void checkExist(LogStream stream, int shard, long from, long to) {
        long end = stream.view(shard).map(view -> view.state().endOffset()).orElse(0L);
        if (to > end) {
            throw ShardLease.noSuchEntries(stream.name(), shard, end, from, to);
        }
    }

    /// Goes to another place in a shard that this consumer reads, or that nobody does.
    ///
    /// @throws CometException.LeaseHeld naming who else reads it
    public void seek(String stream, int shard, Seek to) {
        use(stream, shard, of -> {}, lease -> lease.view().ifPresent(view -> lease.seek(SeekTarget.resolve(view, to))));
    }

    /// The lease that this consumer was found to hold; null if that has to be looked into.
    private @Nullable ShardLease held(String stream, int shard) {
        GroupProgress progress = known.get(stream);
        if (progress == null || shard < 0 || shard >= progress.stream().shardCount() || progress.isDeleted()) {
            return null;
        }
        ShardLease lease = progress.lease(shard);
        return lease != null && lease.owner() == this ? lease : null;
    }

    /// @param check refuses what the group is not to be registered for: it would protect what nobody reads
    private void use(String stream, int shard, Consumer<LogStream> check, Consumer<ShardLease> action) {
        GroupProgress progress = known.get(stream);
        if (progress == null || progress.isDeleted()) {
            checkOpen();
            var _ = log.incarnations();
            LogStream of = existing(stream);
            checkShard(of, shard);
            check.accept(of);
            progress = register(stream);
            known.put(stream, progress);
        }
        checkShard(progress.stream(), shard);
        ShardLease lease = progress.lease(shard);
        if (lease != null && lease.owner() == this) {
            action.accept(lease);
        } else if (!poller(stream).use(shard, action)) {
            throw new CometException.LeaseHeld(StreamName.ofShard(stream, shard) + " is read by "
                    + progress.describeHolder(shard) + " in group \"" + group + "\"");
        }
    }

    private static void checkShard(LogStream stream, int shard) {
        if (shard < 0 || shard >= stream.shardCount()) {
            throw new IllegalArgumentException(
                    "shard must be between 0 and " + (stream.shardCount() - 1) + ": shard=" + shard);
        }
    }

    /// Lets what was polled and not acknowledged come again.
    public void rewind() {
        pollers.values().forEach(Poller::rewind);
    }

    /// Who reads a shard for the group, for messages; empty if nobody does. Makes nothing.
    public Optional<String> reader(String stream, int shard) {
        LogStream of = existing(stream);
        return groups.find(of, group).flatMap(progress -> progress.reader(shard));
    }

    /// The names of a stream's groups, sorted.
    public static List<String> names(Log log, String stream) {
        Groups groups = Groups.of(log);
        try {
            LogStream of = existing(log, stream);
            return groups.names(of).stream()
                    .filter(name -> groups.find(of, name).isPresent())
                    .toList();
        } finally {
            groups.leave();
        }
    }

    /// Forgets the group's progress in a stream; false if there is none.
    ///
    /// @throws CometException.LeaseHeld naming who reads for it
    public boolean delete(String stream) {
        var _ = log.incarnations();
        return groups.delete(existing(stream), group);
    }

    /// How far the group is behind in a stream; makes nothing.
    public Lag lag(String stream) {
        LogStream of = existing(stream);
        GroupFile file = groups.find(of, group).map(GroupProgress::file).orElse(null);
        long now = log.time().epochMicros();
        List<Lag.OfShard> shards = new ArrayList<>();
        for (int shard = 0; shard < of.shardCount(); shard++) {
            OptionalLong acked = file == null ? OptionalLong.empty() : file.acked(shard);
            int number = shard;
            shards.add(of.view(shard)
                    .map(view -> lag(view, acked, now))
                    .orElseGet(() -> new Lag.OfShard(number, acked.orElse(0), 0, 0, Duration.ZERO)));
        }
        return new Lag(group, stream, shards);
    }

    static Lag.OfShard lag(ShardView view, OptionalLong acked, long nowMicros) {
        long end = view.state().endOffset();
        long start = Math.min(view.state().startOffset(), end);
        long from = Math.clamp(acked.orElse(start), start, end);
        ShardDistance distance = new ShardDistance(view);
        OptionalLong oldest = from == end ? OptionalLong.empty() : distance.timestampFrom(from);
        Duration age = oldest.isEmpty()
                ? Duration.ZERO
                : Duration.of(Math.max(0, nowMicros - oldest.getAsLong()), TimeUnit.MICROSECONDS.toChronoUnit());
        return new Lag.OfShard(view.id().shard(), from, end - from, distance.bytesFrom(from), age);
    }

    /// What the group did with the entries of a stream so far, over all its shards.
    public Lag.Counts counts(String stream) {
        LogStream of = existing(stream);
        GroupFile file = groups.find(of, group).map(GroupProgress::file).orElse(null);
        long[] sums = new long[4];
        for (int shard = 0; file != null && shard < of.shardCount(); shard++) {
            sums[0] += file.counter(shard, Counter.ACKED);
            sums[1] += file.counter(shard, Counter.SKIPPED);
            sums[2] += file.counter(shard, Counter.DEAD_LETTERED);
            sums[3] += file.counter(shard, Counter.GAPS);
        }
        return new Lag.Counts(sums[0], sums[1], sums[2], sums[3]);
    }

    /// Returns once all acks so far survive power loss, in every stream that this consumer has to do with.
    public void sync() {
        for (String name : log.streamNames()) {
            log.find(name).flatMap(stream -> groups.find(stream, group)).ifPresent(GroupConsumer::force);
        }
    }

    private static void force(GroupProgress progress) {
        try {
            progress.file().force();
        } catch (IOException e) {
            throw new CometException.IoFailure(
                    "acks of group \"" + progress.group() + "\" could not be made durable", e);
        }
    }

    private synchronized void checkOpen() {
        if (closed) {
            throw new CometException.Closed("consumer of group \"" + group + "\"");
        }
    }

    /// Ends the loops, waits for handlers that are at work, and gives up every lease. Called by a handler, it does
    /// not wait for that handler.
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        loops.forEach(ProcessLoop::stop);
        boolean interrupted = false;
        for (ProcessLoop loop : loops) {
            try {
                var _ = loop.awaitEnd(LONG);
            } catch (InterruptedException e) {
                // Whoever is in a hurry gets it: handlers are interrupted too.
                interrupted = true;
                loops.forEach(ProcessLoop::interrupt);
            }
        }
        pollers.values().forEach(Poller::close);
        loops.removeIf(ProcessLoop::hasEnded);
        groups.leave();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
