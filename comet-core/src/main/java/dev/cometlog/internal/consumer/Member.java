package dev.cometlog.internal.consumer;

import dev.cometlog.internal.format.GroupDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One member of a group in one stream: takes the leases of its share of the shards, and gives up what is not.
///
/// What is free is taken, whoever it might belong to: no shard waits for a share to be settled. Who has less than
/// its share then wishes for shards of the richest, and who has more grants them. A member with a fixed
/// assignment wants all of its shards and no other, and its wishes must be granted. A shard that is wished for
/// is taken by nobody else. Used by one thread at a time.
final class Member {
    static final int MAX = GroupDescriptor.MEMBERS;

    private static final long SHARING = 1;
    private static final long FIXED = 2;

    private final GroupProgress progress;
    private final GroupFile file;
    private final Object owner;
    private final int[] wanted;
    private final boolean fixed;
    private final List<ShardLease> held = new ArrayList<>();

    /// The place in the table of members, from 1; 0 while the table is full, which leaves what is free.
    private int place;

    /// Whether it takes nothing any more.
    private boolean retired;

    /// @param wanted the shards it may read, ascending
    /// @param fixed whether it reads these whatever others do
    Member(GroupProgress progress, Object owner, int[] wanted, boolean fixed) {
        this.progress = progress;
        this.file = progress.file();
        this.owner = owner;
        this.wanted = wanted;
        this.fixed = fixed;
    }

    GroupProgress progress() {
        return progress;
    }

    /// What it holds now, to be changed by [#rebalance()] and [#release(ShardLease, long)] alone.
    List<ShardLease> held() {
        return held;
    }

    /// Takes leases that are free or left by the dead, wishes for what is missing, and marks what others may have
    /// as leaving.
    void rebalance() {
        if (retired) {
            return;
        }
        join();
        for (int shard : wanted) {
            take(shard, owner);
        }
        int share = share();
        wish(share);
        grant(share);
    }

    /// Marks everything as leaving, and takes nothing any more.
    void retire() {
        retired = true;
        held.forEach(ShardLease::leave);
    }

    private void join() {
        for (int member = 1; member <= MAX && place == 0; member++) {
            long incarnation = file.memberIncarnation(member);
            boolean free = incarnation == 0 || !progress.incarnations().isAlive(incarnation);
            if (free
                    && file.casMemberIncarnation(
                            member, incarnation, progress.incarnations().self())) {
                file.memberKind(member, fixed ? FIXED : SHARING);
                place = member;
                forgetWishes();
            }
        }
    }

    /// Takes back what a dead member wished for that had this place before.
    private void forgetWishes() {
        for (int shard = 0; shard < progress.stream().shardCount(); shard++) {
            cancelWish(shard);
        }
    }

    private void take(int shard, Object by) {
        if (progress.lease(shard) != null) {
            return;
        }
        ShardLease lease = progress.tryLease(shard, by, place);
        if (lease != null) {
            held.add(lease);
            cancelWish(shard);
        }
    }

    /// The lease of one shard, taken if nobody has it, whatever the shares are; null if somebody else reads it.
    @Nullable
    ShardLease takeOne(int shard, Object by) {
        take(shard, by);
        for (ShardLease lease : held) {
            if (lease.shard() == shard) {
                return lease;
            }
        }
        return null;
    }

    /// How many shards this member may keep, whoever else wants them.
    private int share() {
        if (fixed) {
            return wanted.length;
        }
        int sharing = 0;
        long alive = 0;
        for (int member = 1; member <= MAX; member++) {
            long incarnation = file.memberIncarnation(member);
            if (incarnation == 0) {
                continue;
            }
            // Members of one process are alive together: one question is enough for a run of them.
            if (incarnation == alive || progress.incarnations().isAlive(incarnation)) {
                alive = incarnation;
                sharing += file.memberKind(member) == SHARING ? 1 : 0;
            } else {
                var _ = file.casMemberIncarnation(member, incarnation, 0);
            }
        }
        return wanted.length / Math.max(1, sharing);
    }

    private void wish(int share) {
        if (place == 0) {
            return;
        }
        int missing = share - held.size();
        int[] holdings = new int[MAX + 1];
        for (int shard : wanted) {
            if (Math.abs(file.wish(shard)) == place) {
                if (missing > 0) {
                    missing--;
                } else {
                    cancelWish(shard);
                }
            } else if (file.lease(shard) != 0) {
                holdings[Math.clamp(file.holder(shard), 0, MAX)]++;
            }
        }
        while (missing > 0 && wishOfRichest(holdings)) {
            missing--;
        }
    }

    private boolean wishOfRichest(int[] holdings) {
        int richest = 0;
        for (int member = 0; member <= MAX; member++) {
            if (member != place && holdings[member] > holdings[richest]) {
                richest = member;
            }
        }
        if (holdings[richest] == 0) {
            return false;
        }
        holdings[richest]--;
        for (int shard : wanted) {
            boolean theirs = file.lease(shard) != 0 && file.holder(shard) == richest && !isHeld(shard);
            if (theirs && file.wish(shard) == 0 && file.casWish(shard, 0, fixed ? -place : place)) {
                return true;
            }
        }
        holdings[richest] = 0;
        return wishOfRichest(holdings);
    }

    private boolean isHeld(int shard) {
        for (ShardLease lease : held) {
            if (lease.shard() == shard) {
                return true;
            }
        }
        return false;
    }

    private void cancelWish(int shard) {
        int wish = file.wish(shard);
        if (place != 0 && Math.abs(wish) == place) {
            var _ = file.casWish(shard, wish, 0);
        }
    }

    private void grant(int share) {
        int kept = 0;
        for (ShardLease lease : held) {
            kept += lease.isLeaving() ? 0 : 1;
        }
        for (ShardLease lease : held) {
            int wish = file.wish(lease.shard());
            boolean wished = wish != 0 && Math.abs(wish) != place && progress.isMemberAlive(Math.abs(wish));
            boolean granted = wish < 0 ? !fixed : kept > share;
            if (wished && granted && !lease.isLeaving()) {
                lease.leave();
                kept--;
            }
        }
    }

    void release(ShardLease lease, long epochMicros) {
        lease.release(epochMicros);
        held.remove(lease);
    }

    /// Gives everything up and leaves the table.
    void close(long epochMicros) {
        for (ShardLease lease : List.copyOf(held)) {
            release(lease, epochMicros);
        }
        if (place != 0) {
            forgetWishes();
            file.memberKind(place, 0);
            var _ = file.casMemberIncarnation(place, progress.incarnations().self(), 0);
            place = 0;
        }
    }
}
