package dev.cometlog.internal.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Decides which segments of a whole directory make room: the oldest of all shards, what groups have not read
/// last.
///
/// Pure. Each shard gives its segments from the front, so an unread one in front holds up what is behind it.
final class OldestFirst {

    private OldestFirst() {}

    /// What one shard could give.
    ///
    /// @param sealed its deletable segments, oldest first
    /// @param protectedFrom from which offset on a group has not read them
    /// @param mayDrop whether even what is unread may go
    record Backlog(Shard shard, List<SealedSegment> sealed, long protectedFrom, boolean mayDrop) {

        private boolean isProtected(int index) {
            return RetentionPolicy.isProtected(sealed.get(index), protectedFrom);
        }

        private boolean mayGive(int index) {
            return index < sealed.size() && (mayDrop || !isProtected(index));
        }

        /// The oldest `count` segments.
        Backlog first(int count) {
            return new Backlog(shard, sealed.subList(0, count), protectedFrom, mayDrop);
        }

        /// Without the oldest `count` segments.
        Backlog without(int count) {
            return new Backlog(shard, sealed.subList(count, sealed.size()), protectedFrom, mayDrop);
        }
    }

    /// The next segment of one backlog.
    private record Head(int backlog, int index, boolean isProtected, long newestMicros) {}

    /// What has to go so that at least `bytes` are freed, from each shard that gives something. Empty if all
    /// together cannot give that much: nothing is given up in vain.
    static List<Backlog> choose(List<Backlog> backlogs, long bytes) {
        Choice choice = new Choice(backlogs, bytes);
        return choice.missing > 0 ? List.of() : choice.chosen();
    }

    /// As much of that as can go: to come back to a bound that was lowered, every segment helps.
    static List<Backlog> chooseUpTo(List<Backlog> backlogs, long bytes) {
        return new Choice(backlogs, bytes).chosen();
    }

    private static final class Choice {
        private final List<Backlog> backlogs;
        private final int[] counts;
        private long missing;

        Choice(List<Backlog> backlogs, long bytes) {
            this.backlogs = backlogs;
            this.counts = new int[backlogs.size()];
            this.missing = bytes;
            PriorityQueue<Head> heads =
                    new PriorityQueue<>(Comparator.comparing(Head::isProtected).thenComparingLong(Head::newestMicros));
            for (int i = 0; i < counts.length; i++) {
                offer(heads, i);
            }
            while (missing > 0 && !heads.isEmpty()) {
                Head head = heads.remove();
                missing -=
                        backlogs.get(head.backlog()).sealed().get(head.index()).diskBytes();
                counts[head.backlog()]++;
                offer(heads, head.backlog());
            }
        }

        private void offer(PriorityQueue<Head> heads, int number) {
            Backlog backlog = backlogs.get(number);
            int index = counts[number];
            if (backlog.mayGive(index)) {
                SealedSegment next = backlog.sealed().get(index);
                heads.add(new Head(number, index, backlog.isProtected(index), next.newestMicros()));
            }
        }

        List<Backlog> chosen() {
            List<Backlog> chosen = new ArrayList<>();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] > 0) {
                    chosen.add(backlogs.get(i).first(counts[i]));
                }
            }
            return chosen;
        }
    }
}
