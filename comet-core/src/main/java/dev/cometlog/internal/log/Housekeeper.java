package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.TimeSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The thread that looks after the open shards of a log, ten times a second, and has retention run every minute.
///
/// A shard that fails does not keep it from the others: it is logged once for each cause and tried again.
final class Housekeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Housekeeper.class.getName());
    private static final long INTERVAL_MILLIS = 100;
    private static final long RETENTION_NANOS = 60_000_000_000L;

    private final Supplier<? extends List<? extends Attended>> shards;
    private final Runnable retention;
    private final TimeSource time;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    /// What each shard last failed with. Used by the thread alone.
    private final Map<ShardId, String> failures = new HashMap<>();

    Housekeeper(String name, Supplier<? extends List<? extends Attended>> shards, Runnable retention, TimeSource time) {
        this.shards = shards;
        this.retention = retention;
        this.time = time;
        this.thread = IoThreads.newThread(name, this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long retainedNanos = time.nanoTime() - RETENTION_NANOS;
        try {
            while (!stop.await(INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
                long now = time.nanoTime();
                shards.get().forEach(shard -> tick(shard, now));
                if (now - retainedNanos >= RETENTION_NANOS) {
                    retainedNanos = now;
                    retention.run();
                }
            }
        } catch (InterruptedException e) {
            // Nobody has this thread but us, and we do not interrupt it.
            throw new AssertionError(e);
        }
    }

    private void tick(Attended shard, long now) {
        try {
            shard.tick(now);
            if (!failures.isEmpty()) {
                String _ = failures.remove(shard.id());
            }
        } catch (CometException.Closed e) {
            // Closed between the list and the tick: nothing is left to do for it.
            LOG.log(System.Logger.Level.DEBUG, "{0} was closed meanwhile", shard.id());
        } catch (RuntimeException | Error e) {
            // Errors too: on a page that cannot be read the JVM throws InternalError, and other shards need us.
            String cause = e.toString();
            if (!cause.equals(failures.put(shard.id(), cause))) {
                LOG.log(System.Logger.Level.ERROR, "looking after " + shard.id() + " failed; it is tried again", e);
            }
        }
    }

    /// Returns once the thread has ended; what it is doing is finished.
    @Override
    public void close() {
        stop.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
