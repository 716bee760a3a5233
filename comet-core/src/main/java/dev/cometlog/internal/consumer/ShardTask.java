package dev.cometlog.internal.consumer;

import java.util.concurrent.atomic.AtomicBoolean;

/// What a loop knows of one shard that it processes. Whoever has it taken serves it alone.
final class ShardTask {
    private static final long NEVER = -1;

    private final Member member;
    private final ShardFeed feed;
    private final Retries retries;
    private final AtomicBoolean taken = new AtomicBoolean();

    /// When it was told to leave; used by the thread that maintains the loop.
    private long leavingSince = NEVER;

    ShardTask(Member member, ShardLease lease, Retries retries) {
        this.member = member;
        this.feed = new ShardFeed(lease);
        this.retries = retries;
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

    /// Takes the shard if there is something to do for it.
    boolean tryTake(long nanoTime) {
        if (feed.lease().isLeaving() || !feed.hasNews() || !taken.compareAndSet(false, true)) {
            return false;
        }
        // Read by who has it taken alone.
        if (retries.isDue(nanoTime)) {
            return true;
        }
        giveBack();
        return false;
    }

    boolean tryTake() {
        return taken.compareAndSet(false, true);
    }

    void giveBack() {
        taken.set(false);
    }

    /// Since when the shard is wanted elsewhere.
    long leavingNanos(long nanoTime) {
        if (leavingSince == NEVER) {
            leavingSince = nanoTime;
        }
        return nanoTime - leavingSince;
    }
}
