package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.ProcessOptions;
import dev.cometlog.internal.log.AppendSignal;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.storage.Durations;
import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Delivers the shards of a group to a handler, until stopped.
///
/// Workers, as many as `parallelism` says, go round the shards and serve one batch at a time, so that none waits
/// for another's backlog. Whoever comes by when it is due also looks for new streams and settles the leases.
public final class ProcessLoop {
    private final Log log;

    /// Its own share, given back at the end: a handler may close the consumer that the loop belongs to.
    private final Groups groups;

    private final String group;
    private final ProcessOptions options;
    private final ShardServer server;
    private final TimeSource time;
    private final Wakeup wakeup;
    private final TaskTable table;
    private final AppendSignal.Listener opened;

    private final List<Thread> workers = new ArrayList<>(); // guarded by itself
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Where the next round begins: behind the shard that was served last. Workers may overwrite each other's.
    private volatile int turn;

    private volatile boolean stopping;
    private volatile boolean interrupted;

    /// The first failure.
    private volatile @Nullable Throwable failure;

    ProcessLoop(Log log, String group, Object owner, ProcessOptions options, BatchHandler handler) {
        this.log = log;
        this.group = group;
        this.options = options;
        this.time = log.time();
        this.server = new ShardServer(log, options, handler);
        this.wakeup = new Wakeup(options.parallelism());
        // Behind whatever may throw: a share that is not given back keeps files open.
        this.groups = Groups.of(log);
        this.table = new TaskTable(log, groups, group, owner, options, wakeup);
        this.opened = table::opened;
    }

    /// Delivers until stopped; the calling thread is the only worker unless there are several.
    ///
    /// @throws InterruptedException if the calling thread was interrupted; nothing is delivered any more then
    /// @throws CometException.HandlerFailed if a handler failed for good and that means to stop
    public void run() throws InterruptedException {
        log.openings().add(opened);
        groups.add(this);
        try {
            table.maintain(true);
            if (options.parallelism() == 1) {
                work();
            } else {
                workTogether();
            }
        } catch (CometException.Interrupted e) {
            // Its interrupt status is set again; what we throw clears it.
            boolean _ = Thread.interrupted();
            interrupted = true;
        } finally {
            stopping = true;
            log.openings().remove(opened);
            groups.remove(this);
            try {
                table.leave();
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
        return ended.await(Durations.nanos(atMost), TimeUnit.NANOSECONDS);
    }

    private boolean isWorker() {
        synchronized (workers) {
            return workers.contains(Thread.currentThread());
        }
    }

    public boolean isStopping() {
        return stopping;
    }

    /// The shards that it has now.
    List<ShardTask> tasks() {
        return List.of(table.tasks());
    }

    private void work() {
        synchronized (workers) {
            workers.add(Thread.currentThread());
        }
        EntryBuffer buffer = new EntryBuffer();
        IdleWait wait = new IdleWait(time, options.pollInterval(), wakeup);
        try {
            while (!stopping) {
                if (Thread.interrupted()) {
                    interrupted = true;
                    stop();
                    break;
                }
                boolean served = serveNext(buffer);
                if (served) {
                    wait.busy();
                }
                if (!stopping) {
                    table.maintainIfDue();
                }
                if (!served) {
                    wait.idle(table.nanosLeft(), this::hasSomethingToDo);
                }
            }
        } catch (Throwable e) {
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

    private boolean hasSomethingToDo() {
        if (stopping) {
            return true;
        }
        long now = time.nanoTime();
        for (ShardTask task : table.tasks()) {
            if (task.isReady(now)) {
                return true;
            }
        }
        return false;
    }

    /// Serves the next shard, in turn, that has something; false if none had.
    private boolean serveNext(EntryBuffer buffer) {
        ShardTask[] present = table.tasks();
        long now = time.nanoTime();
        int first = turn;
        for (int i = 0; i < present.length; i++) {
            int next = Integer.remainderUnsigned(first + i, present.length);
            ShardTask task = present[next];
            if (!task.tryTake(now)) {
                continue;
            }
            turn = next + 1;
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
}
