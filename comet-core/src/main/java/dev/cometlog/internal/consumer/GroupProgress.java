package dev.cometlog.internal.consumer;

import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.process.Incarnations;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// How far one group has come in one stream, as all consumers of this process share it.
///
/// Between processes the lease words in the file decide who reads a shard, between the consumers of one process,
/// which share an incarnation, the table of leases here.
final class GroupProgress {
    private final String group;
    private final LogStream stream;
    private final GroupFile file;
    private final Incarnations incarnations;

    /// Set under `this`, cleared by who releases.
    private final AtomicReferenceArray<@Nullable ShardLease> leases;

    GroupProgress(String group, LogStream stream, GroupFile file, Incarnations incarnations) {
        this.group = group;
        this.stream = stream;
        this.file = file;
        this.incarnations = incarnations;
        this.leases = new AtomicReferenceArray<>(stream.shardCount());
    }

    String group() {
        return group;
    }

    LogStream stream() {
        return stream;
    }

    GroupFile file() {
        return file;
    }

    Incarnations incarnations() {
        return incarnations;
    }

    /// The lease that a consumer of this process holds on a shard.
    @Nullable
    ShardLease lease(int shard) {
        return leases.get(shard);
    }

    /// Takes the lease of a shard that nobody reads; null if somebody does, or is about to.
    ///
    /// @param member the one who will read it, by its place in the table of members; 0 if it has none
    synchronized @Nullable ShardLease tryLease(int shard, Object owner, int member) {
        if (file.isDeleted() || leases.get(shard) != null || isWishedByAnother(shard, member)) {
            return null;
        }
        long holder = file.lease(shard);
        long self = incarnations.self();
        if (holder != 0 && holder != self && incarnations.isAlive(holder)) {
            return null;
        }
        if (!file.casLease(shard, holder, self)) {
            return null;
        }
        file.holder(shard, member);
        // Read after the lease is ours: nobody else moves it now.
        ShardLease lease = new ShardLease(this, shard, owner, file.ackWord(shard));
        leases.set(shard, lease);
        return lease;
    }

    boolean isDeleted() {
        return file.isDeleted();
    }

    /// Takes every lease, so that nobody can read for the group any more; all or none.
    ///
    /// @throws CometException.LeaseHeld naming who reads for it, or is about to
    synchronized void claimAll() {
        refuseIfAnyMember();
        int claimed = 0;
        boolean done = false;
        try {
            for (; claimed < stream.shardCount(); claimed++) {
                long holder = file.lease(claimed);
                if (leases.get(claimed) != null
                        || (holder != 0 && incarnations.isAlive(holder))
                        || !file.casLease(claimed, holder, incarnations.self())) {
                    throw GroupRemoval.refused(stream, group, describeHolder(claimed));
                }
            }
            // Who joined meanwhile has found no lease to take, and will find the group deleted or look again.
            refuseIfAnyMember();
            done = true;
        } finally {
            for (int shard = 0; shard < claimed && !done; shard++) {
                var _ = file.casLease(shard, incarnations.self(), 0);
            }
        }
    }

    private void refuseIfAnyMember() {
        for (int member = 1; member <= Member.MAX; member++) {
            if (isMemberAlive(member)) {
                throw GroupRemoval.refused(stream, group, incarnations.describe(file.memberIncarnation(member)));
            }
        }
    }

    private boolean isWishedByAnother(int shard, int member) {
        int wish = file.wish(shard);
        int wisher = Math.abs(wish);
        if (wish == 0 || wisher == member) {
            return false;
        }
        if (isMemberAlive(wisher)) {
            return true;
        }
        var _ = file.casWish(shard, wish, 0);
        return false;
    }

    /// Whether somebody who is alive has that place in the table of members.
    boolean isMemberAlive(int member) {
        if (member < 1 || member > Member.MAX) {
            return false;
        }
        long incarnation = file.memberIncarnation(member);
        return incarnation != 0 && incarnations.isAlive(incarnation);
    }

    void release(ShardLease lease) {
        int shard = lease.shard();
        file.holder(shard, 0);
        var _ = file.casLease(shard, incarnations.self(), 0);
        // Last, so that no consumer of this process takes the lease between the two.
        leases.set(shard, null);
    }

    /// Who that is alive reads a shard, for messages.
    Optional<String> reader(int shard) {
        long holder = file.lease(shard);
        return holder != 0 && !file.isDeleted() && incarnations.seemsAlive(holder)
                ? Optional.of(incarnations.describe(holder))
                : Optional.empty();
    }

    /// Says for a message who reads a shard.
    String describeHolder(int shard) {
        if (leases.get(shard) != null) {
            return "another consumer of this process";
        }
        long holder = file.lease(shard);
        return holder == 0 ? "nobody" : incarnations.describe(holder);
    }
}
