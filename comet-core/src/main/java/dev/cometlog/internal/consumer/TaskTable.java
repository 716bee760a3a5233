package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.ProcessOptions;
import dev.cometlog.Seek;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/// Which shards a loop processes now: looks for streams and shards, takes leases and gives them up.
///
/// What keeps one stream or shard from being processed is told once, tried again, and concerns no other.
/// Thread-safe; the work is done by one thread at a time.
final class TaskTable {
    private static final System.Logger LOG = System.getLogger(TaskTable.class.getName());
    private static final long LONGEST_LEASE_NANOS = Duration.ofSeconds(1).toNanos();

    /// How often, at most, it looks for what this process has opened meanwhile.
    private static final long OPENINGS_NANOS = Duration.ofMillis(5).toNanos();

    /// How long a shard that is wanted elsewhere waits for acks of what was delivered from it.
    private static final long DRAIN_NANOS = Duration.ofSeconds(10).toNanos();

    private static final ShardTask[] NONE = {};

    private final Log log;
    private final Groups groups;
    private final String group;
    private final Object owner;
    private final ProcessOptions options;
    private final Subscription subscription;
    private final TimeSource time;
    private final Wakeup wakeup;

    /// Replaced as a whole.
    private volatile ShardTask[] tasks = NONE;

    /// Whether this process opened a stream or a shard since streams were last looked for.
    private volatile boolean openings;

    // Guarded by maintenance, but for reads of the times.
    private final ReentrantLock maintenance = new ReentrantLock();
    private final Map<String, Member> members = new HashMap<>();
    private final Set<String> failing = new HashSet<>();
    private boolean discovered;
    private volatile long settled;
    private volatile long leasesDue;
    private long discoveryDue;

    TaskTable(Log log, Groups groups, String group, Object owner, ProcessOptions options, Wakeup wakeup) {
        this.log = log;
        this.groups = groups;
        this.group = group;
        this.owner = owner;
        this.options = options;
        this.subscription = Subscription.of(options);
        this.time = log.time();
        this.wakeup = wakeup;
    }

    /// The shards to be served; not to be changed.
    ShardTask[] tasks() {
        return tasks;
    }

    /// Something was opened by this process, and may be new.
    void opened() {
        openings = true;
        wakeup.wakeOne();
    }

    /// How long the next look at the leases has time.
    long nanosLeft() {
        long left = leasesDue - time.nanoTime();
        return openings ? Math.min(left, OPENINGS_NANOS) : left;
    }

    private boolean isDue(long now) {
        return now - leasesDue >= 0 || (openings && now - settled >= OPENINGS_NANOS);
    }

    /// Does what is due, unless another thread is about it.
    void maintainIfDue() {
        if (!isDue(time.nanoTime()) || !maintenance.tryLock()) {
            return;
        }
        try {
            maintain(false);
        } catch (CometException.Closed e) {
            throw e;
        } catch (RuntimeException e) {
            if (log.isClosed()) {
                throw e;
            }
            LOG.log(System.Logger.Level.WARNING, "group " + group + ": leases could not be settled; tried again", e);
        } finally {
            maintenance.unlock();
        }
    }

    /// Looks for streams if that is due, and settles the leases.
    void maintain(boolean first) {
        maintenance.lock();
        try {
            long now = time.nanoTime();
            long micros = time.epochMicros();
            settled = now;
            leasesDue = now + Math.min(options.discoveryInterval().toNanos(), LONGEST_LEASE_NANOS);
            boolean anyDeleted = forgetDeleted(micros);
            if (first || openings || anyDeleted || now - discoveryDue >= 0) {
                // Lowered before the look: what is opened during it is looked for again.
                openings = false;
                discoveryDue = now + options.discoveryInterval().toNanos();
                discover();
            }
            members.forEach((stream, member) -> attempt(stream, member::rebalance));
            for (ShardTask task : tasks) {
                task.feed().lease().stamp(micros);
                giveUpIfWanted(task, now, micros);
            }
            tasks = present();
        } finally {
            maintenance.unlock();
        }
    }

    /// Leaves groups that were deleted before it had a shard of theirs; they are made anew.
    private boolean forgetDeleted(long micros) {
        return members.values().removeIf(member -> {
            boolean deleted = member.progress().isDeleted();
            if (deleted) {
                member.close(micros);
            }
            return deleted;
        });
    }

    private void discover() {
        for (String name : log.streamNames()) {
            attempt(name, () -> look(name));
        }
        discovered = true;
    }

    private void look(String name) {
        boolean excluded = !subscription.names(name) && log.isDeadLetter(name);
        Member member = members.get(name);
        if (member == null && !excluded) {
            log.find(name).ifPresent(this::join);
        } else if (member != null && excluded) {
            member.retire();
        }
    }

    private void join(LogStream stream) {
        int[] shards = subscription.shardsOf(stream.name(), stream.shardCount());
        if (shards.length == 0) {
            return;
        }
        // A stream that appears while we are at work is new: nothing of it was there before.
        Seek start = discovered ? Seek.earliest() : options.startAt();
        GroupProgress progress = groups.findOrCreate(stream, group, start);
        members.put(stream.name(), new Member(progress, owner, shards, subscription.isFixed()));
    }

    /// Does something for one stream or shard; what fails is told once, until it has worked again.
    private void attempt(String what, Runnable action) {
        try {
            action.run();
            boolean _ = failing.remove(what);
        } catch (CometException.Closed | CometException.ReadOnly | CometException.Interrupted e) {
            throw e;
        } catch (CometException e) {
            if (failing.add(what)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "group " + group + " cannot process " + what + " now; it is tried again",
                        e);
            }
        }
    }

    private void giveUpIfWanted(ShardTask task, long now, long micros) {
        if (!task.feed().lease().isLeaving()) {
            return;
        }
        boolean drained = options.autoAck() || task.feed().isDrained() || task.leavingNanos(now) >= DRAIN_NANOS;
        // Taken for good: nobody serves it again.
        if (drained && task.tryTake()) {
            task.member().release(task.feed().lease(), micros);
        }
    }

    /// The tasks of all leases that are held: those there were, and new ones.
    private ShardTask[] present() {
        Map<ShardLease, ShardTask> known = new HashMap<>();
        for (ShardTask task : tasks) {
            known.put(task.feed().lease(), task);
        }
        List<ShardTask> all = new ArrayList<>();
        members.forEach((stream, member) -> {
            for (ShardLease lease : member.held()) {
                // Asked now and then alone: whether a shard has come to be is a question to the file system.
                if (lease.knownView() == null) {
                    attempt(stream + " shard " + lease.shard(), () -> {
                        var _ = lease.view();
                    });
                }
                ShardTask task = known.get(lease);
                all.add(task != null ? task : newTask(member, lease));
            }
        });
        return all.toArray(NONE);
    }

    private ShardTask newTask(Member member, ShardLease lease) {
        return new ShardTask(
                member, lease, new Retries(options.maxRetries(), options.retryDelay(), new SplittableRandom()), wakeup);
    }

    /// Gives up everything. Nobody serves a shard any more.
    void leave() {
        maintenance.lock();
        try {
            tasks = NONE;
            if (!log.isClosed()) {
                long micros = time.epochMicros();
                members.values().forEach(member -> member.close(micros));
            }
            members.clear();
        } finally {
            maintenance.unlock();
        }
    }
}
