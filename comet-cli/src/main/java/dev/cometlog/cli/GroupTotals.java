package dev.cometlog.cli;

import dev.cometlog.CometStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What a group does with a stream, over all its shards.
///
/// @param entries how far it is behind
/// @param bytes what that takes in the log
/// @param age of the shard that is furthest behind
/// @param shards how many shards there are
/// @param read how many of them somebody reads
record GroupTotals(
        String stream,
        String group,
        long entries,
        long bytes,
        Duration age,
        long acked,
        long skipped,
        long deadLettered,
        long gaps,
        long failures,
        int shards,
        int read) {

    /// All groups, by stream and name.
    static List<GroupTotals> of(CometStats stats) {
        List<GroupTotals> all = new ArrayList<>();
        for (CometStats.OfStream stream : stats.streams()) {
            TreeMap<String, GroupTotals> totals = new TreeMap<>();
            for (CometStats.OfShard shard : stream.shards()) {
                for (CometStats.OfGroup group : shard.groups()) {
                    totals.merge(group.group(), of(stream.name(), group), GroupTotals::plus);
                }
            }
            all.addAll(totals.values());
        }
        return all;
    }

    private static GroupTotals of(String stream, CometStats.OfGroup group) {
        return new GroupTotals(
                stream,
                group.group(),
                group.lagEntries(),
                group.lagBytes(),
                group.lagAge(),
                group.acked(),
                group.skipped(),
                group.deadLettered(),
                group.gaps().total(),
                group.failures(),
                1,
                group.reader().isPresent() ? 1 : 0);
    }

    private GroupTotals plus(GroupTotals other) {
        return new GroupTotals(
                stream,
                group,
                entries + other.entries,
                bytes + other.bytes,
                age.compareTo(other.age) > 0 ? age : other.age,
                acked + other.acked,
                skipped + other.skipped,
                deadLettered + other.deadLettered,
                gaps + other.gaps,
                failures + other.failures,
                shards + other.shards,
                read + other.read);
    }
}
