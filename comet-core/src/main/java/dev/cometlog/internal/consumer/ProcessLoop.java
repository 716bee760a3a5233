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
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Delivers the shards of a group to a handler, until stopped.
///
/// Workers, as many as `parallelism` says, go round the shards and serve one batch at a time, so that none waits
/// for another's backlog. Whoever comes by when it is due also looks for new streams and settles the leases.
public final class ProcessLoop {
    private static final System.Logger LOG = System.getLogger(ProcessLoop.class.getName());
    private static final long LONGEST_LEASE_NANOS = Duration.ofSeconds(1).toNanos();

    /// How long a shard that is wanted elsewhere waits for acks of what was delivered from it.
    private static final long DRAIN_NANOS = Duration.ofSeconds(10).toNanos();

    private static final ShardTask[] NONE = {};

    private final Log log;

    /// Its own share, given back at the end: a handler may close the consumer that the loop belongs to.
    private final Groups groups;

    private final String group;
    private final Object owner;
    private final ProcessOptions options;
    private final Subscription subscription;
    private final ShardServer server;
    private final TimeSource time;

    private final AtomicInteger turn = new AtomicInteger();
    private final List<Thread> workers = new ArrayList<>(); // guarded by itself
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Replaced as a whole.
    private volatile ShardTask[] tasks = NONE;

    private volatile boolean stopping;
    private volatile boolean interrupted;

    /// The first failure.
    private volatile @Nullable Throwable failure;

    // Guarded by maintenance, but for reads of the times.
    private final ReentrantLock maintenance = new ReentrantLock();
    private final Map<String, Member> members = new HashMap<>();
    private boolean discovered;
    private volatile long leasesDue;
    private volatile long discoveryDue;

    ProcessLoop(Log log, String group, Object owner, ProcessOptions options, BatchHandler handler) {
        this.log = log;
        this.groups = Groups.of(log);
        this.group = group;
        this.owner = owner;
        this.options = options;
        this.subscription = Subscription.of(options);
        this.time = log.time();
        this.server = new ShardServer(log, options, handler);
    }

    /// Delivers until stopped; the calling thread is the only worker unless there are several.
    ///
    /// @throws InterruptedException if the calling thread was interrupted; nothing is delivered any more then
    /// @throws CometException.HandlerFailed if a handler failed for good and that means to stop
    public void run() throws InterruptedException {
        try {
            maintain(true);
            if (options.parallelism() == 1) {
                work();
            } else {
                workTogether();
            }
        } finally {
            stopping = true;
            try {
                leave();
            } finally {
                groups.leave();
                ended.countDown();
            }
        }
        if (interrupted) {
            throw new InterruptedException("interrupted while processing");
        }
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new CometException("processing failed", e);
        }
    }

    private void workTogether() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < options.parallelism(); i++) {
            threads.add(Thread.ofVirtual().name("comet-" + group + "-", i).start(this::work));
        }
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop();
                    threads.forEach(Thread::interrupt);
                }
            }
        }
    }

    /// Stops soon: what is being handled is finished. Returns at once.
    public void stop() {
        stopping = true;
        synchronized (workers) {
            workers.forEach(LockSupport::unpark);
        }
    }

    /// Interrupts handlers that are at work.
    public void interrupt() {
        stop();
        synchronized (workers) {
            workers.forEach(Thread::interrupt);
        }
    }

    /// Whether no handler is at work any more and every lease is given up.
    public boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /// Waits for the end; returns at once on a thread that is a worker itself.
    ///
    /// @return whether it has ended
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        if (isWorker()) {
            return false;
        }
        return ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    private boolean isWorker() {
        synchronized (workers) {
            return workers.contains(Thread.currentThread());
        }
    }

    public boolean isStopping() {
        return stopping;
    }

    private void work() {
        synchronized (workers) {
            workers.add(Thread.currentThread());
        }
        EntryBuffer buffer = new EntryBuffer();
        IdleWait wait = new IdleWait(time, options.pollInterval());
        try {
            while (!stopping) {
                if (Thread.interrupted()) {
                    interrupted = true;
                    stop();
                } else if (serveNext(buffer)) {
                    wait.busy();
                } else {
                    wait.idle();
                }
                maintainIfDue();
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            synchronized (workers) {
                workers.remove(Thread.currentThread());
            }
        }
    }

    private void fail(Throwable error) {
        if (failure == null) {
            failure = error;
        }
        stop();
    }

    /// Serves the next shard, in turn, that has something; false if none had.
    private boolean serveNext(EntryBuffer buffer) {
        ShardTask[] present = tasks;
        long now = time.nanoTime();
        for (int i = 0; i < present.length; i++) {
            ShardTask task = present[Integer.remainderUnsigned(turn.getAndIncrement(), present.length)];
            if (!task.tryTake(now)) {
                continue;
            }
            try {
                if (conclude(server.serve(task, buffer))) {
                    return true;
                }
            } finally {
                task.giveBack();
            }
        }
        return false;
    }

    private boolean conclude(ShardServer.Outcome outcome) {
        return switch (outcome) {
            case ShardServer.Outcome.Served served -> served.progress();
            case ShardServer.Outcome.Stopped _ -> {
                stop();
                yield true;
            }
            case ShardServer.Outcome.Interrupted _ -> {
                interrupted = true;
                stop();
                yield true;
            }
            case ShardServer.Outcome.Failed failed -> {
                fail(failed.error());
                yield true;
            }
        };
    }

    private void maintainIfDue() {
        if (stopping || time.nanoTime() - leasesDue < 0 || !maintenance.tryLock()) {
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
    private void maintain(boolean first) {
        maintenance.lock();
        try {
            long now = time.nanoTime();
            leasesDue = now + Math.min(options.discoveryInterval().toNanos(), LONGEST_LEASE_NANOS);
            if (first || now - discoveryDue >= 0) {
                discoveryDue = now + options.discoveryInterval().toNanos();
                discover();
            }
            long micros = time.epochMicros();
            for (Member member : members.values()) {
                member.rebalance();
            }
            for (ShardTask task : tasks) {
                task.feed().lease().stamp(micros);
                giveUpIfWanted(task, now, micros);
            }
            tasks = present();
        } finally {
            maintenance.unlock();
        }
    }

    private void discover() {
        for (String name : log.streamNames()) {
            boolean excluded = !subscription.names(name) && log.isDeadLetter(name);
            Member member = members.get(name);
            if (member == null && !excluded) {
                log.find(name).ifPresent(this::join);
            } else if (member != null && excluded) {
                member.retire();
            }
        }
        discovered = true;
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
        for (Member member : members.values()) {
            for (ShardLease lease : member.held()) {
                // Asked now and then alone: whether a shard has come to be is a question to the file system.
                var _ = lease.view();
                ShardTask task = known.get(lease);
                all.add(task != null ? task : newTask(member, lease));
            }
        }
        return all.toArray(NONE);
    }

    private ShardTask newTask(Member member, ShardLease lease) {
        return new ShardTask(
                member, lease, new Retries(options.maxRetries(), options.retryDelay(), new SplittableRandom()));
    }

    /// Gives up everything. No worker is left.
    private void leave() {
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
