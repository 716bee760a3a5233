package dev.cometlog.internal.consumer;

import dev.cometlog.internal.log.AppendSignal;
import java.util.concurrent.atomic.AtomicBoolean;

/// What a loop knows of one shard that it processes. Whoever has it taken serves it alone.
final class ShardTask implements AppendSignal.Listener {
    private static final long NEVER = -1;

    private final Member member;
    private final ShardFeed feed;
    private final Retries retries;
    private final Wakeup wakeup;
    private final AtomicBoolean taken = new AtomicBoolean();

    // What the retries said when the shard was last given back.
    private volatile boolean deferred;
    private volatile long dueNanos;

    /// When the delivery that is being handled was handed over; [#NEVER] while none is.
    private volatile long handlingSince = NEVER;

    /// Why it cannot be read until somebody does something about it; empty if it can.
    private volatile String obstacle = "";

    /// When it was told to leave; used by the thread that maintains the loop.
    private long leavingSince = NEVER;

    ShardTask(Member member, ShardLease lease, Retries retries, Wakeup wakeup) {
        this.member = member;
        this.feed = new ShardFeed(lease);
        this.retries = retries;
        this.wakeup = wakeup;
        lease.listen(this);
    }

    Member member() {
        return member;
    }

    ShardFeed feed() {
        return feed;
    }

    Retries retries() {
        return retries;
    }

    /// Something was appended by this process. A shard that is being served is looked at again anyway, and one that
    /// waits for a retry has its time.
    @Override
    public void raised() {
        if (!taken.get() && !deferred) {
            wakeup.wakeOne();
        }
    }

    /// Whether there is something to do for it, and nobody does it.
    boolean isReady(long nanoTime) {
        return !taken.get() && !feed.lease().isLeaving() && feed.hasNews() && (!deferred || nanoTime - dueNanos >= 0);
    }

    /// Takes the shard if there is something to do for it.
    boolean tryTake(long nanoTime) {
        return isReady(nanoTime) && taken.compareAndSet(false, true);
    }

    boolean tryTake() {
        return taken.compareAndSet(false, true);
    }

    void giveBack() {
        dueNanos = retries.dueNanos();
        deferred = retries.isWaiting();
        taken.set(false);
    }

    void obstacle(String why) {
        obstacle = why;
    }

    String obstacle() {
        return obstacle;
    }

    void handlingBegins(long nanoTime) {
        handlingSince = nanoTime;
    }

    void handlingEnds() {
        handlingSince = NEVER;
    }

    /// How long the present delivery has been handled; 0 if none is.
    long handlingNanos(long nanoTime) {
        long since = handlingSince;
        return since == NEVER ? 0 : nanoTime - since;
    }

    /// Since when the shard is wanted elsewhere.
    long leavingNanos(long nanoTime) {
        if (leavingSince == NEVER) {
            leavingSince = nanoTime;
        }
        return nanoTime - leavingSince;
    }
}
