package dev.cometlog.internal.log;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Everything that a log has promised so far, over all its lives.
final class LogPromises {
    /// Streams that were made, and the value of one setting of each.
    final Map<String, Value> streams = new TreeMap<>();

    /// A setting of the whole directory.
    final Value bound = new Value();

    private final Map<ShardId, AppendedBatches> shards = new HashMap<>();
    private final Map<GroupId, GroupPromise> groups = new TreeMap<>();

    /// A group in a stream.
    record GroupId(String stream, String group) implements Comparable<GroupId> {
        @Override
        public int compareTo(GroupId other) {
            return toString().compareTo(other.toString());
        }
    }

    /// A stored value: the one that was promised, and those whose storing failed or was cut since: each of them may be
    /// seen, and only a power loss decides which of all there is.
    static final class Value {
        private final Set<String> inDoubt = new TreeSet<>();
        private @Nullable String stored;
        private @Nullable String last;

        void storing(String value) {
            last = value;
            inDoubt.add(value);
        }

        void stored() {
            stored = last;
            inDoubt.clear();
        }

        /// Whether this may be what is found; behind a power loss it is that from then on.
        boolean settle(@Nullable String found, boolean powerLost) {
            boolean possible = found == null ? stored == null : found.equals(stored) || inDoubt.contains(found);
            if (powerLost) {
                stored = found;
                inDoubt.clear();
            }
            return possible;
        }

        @Override
        public String toString() {
            return stored + " or " + inDoubt;
        }
    }

    /// How far a group has come, by shard.
    static final class GroupPromise {
        /// Whether it exists; null while that is in doubt.
        @Nullable
        Boolean exists = false;

        /// Whether it may be one that began anew, and not yet durably so: a deletion began, and how it ended is not
        /// known before the power is lost.
        boolean mayBeNew;

        /// What was acknowledged, if only this process or its machine lives on.
        private final Map<Integer, Long> acked = new TreeMap<>();

        /// What survives power loss.
        private final Map<Integer, Long> synced = new TreeMap<>();

        /// What may be stored now.
        private final Map<Integer, Long> most = new TreeMap<>();

        /// What may be stored behind a power loss: going back to the end is not forced, so the place ahead of the
        /// end may be there again.
        private final Map<Integer, Long> mostDurable = new TreeMap<>();

        void acked(int shard, long below) {
            acked.merge(shard, below, Math::max);
            most.merge(shard, below, Math::max);
            mostDurable.merge(shard, below, Math::max);
        }

        long acked(int shard) {
            return acked.getOrDefault(shard, 0L);
        }

        long most(int shard, boolean powerLost) {
            return (powerLost ? mostDurable : most).getOrDefault(shard, 0L);
        }

        void synced() {
            synced.putAll(acked);
            mostDurable.putAll(most);
        }

        long synced(int shard) {
            return synced.getOrDefault(shard, 0L);
        }

        /// What is found is what counts from now on; behind a power loss it is durable too. A group that is ahead
        /// of the end is taken back there by the first who reads for it.
        void settle(int shard, long found, long end, boolean durable) {
            acked.put(shard, Math.min(found, end));
            most.put(shard, found);
            if (durable) {
                mostDurable.put(shard, found);
                synced.put(shard, Math.min(found, end));
            } else {
                mostDurable.merge(shard, found, Math::max);
            }
        }

        void deleted() {
            mayBeNew = false;
            acked.clear();
            synced.clear();
            most.clear();
            mostDurable.clear();
        }
    }

    AppendedBatches shard(ShardId id) {
        return shards.computeIfAbsent(id, _ -> new AppendedBatches());
    }

    Map<ShardId, AppendedBatches> shards() {
        return shards;
    }

    GroupPromise group(GroupId id) {
        return groups.computeIfAbsent(id, _ -> new GroupPromise());
    }

    Map<GroupId, GroupPromise> groups() {
        return groups;
    }
}
