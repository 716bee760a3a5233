package dev.cometlog.cli;

import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.GapVisitor;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Reads the shards of a stream as one sequence, in the order of time; entries of the same microsecond in the order of
/// their shards.
final class StreamReader {
    private final List<ShardCursor> cursors = new ArrayList<>();
    private final List<CometShard> shards = new ArrayList<>();
    private final PriorityQueue<Head> heads = new PriorityQueue<>();
    private long[] ends = new long[0];

    /// The next entry of one cursor.
    private record Head(StoredEntry entry, int cursor) implements Comparable<Head> {
        @Override
        public int compareTo(Head other) {
            int byTime = Long.compare(entry.timestampMicros(), other.entry.timestampMicros());
            return byTime != 0 ? byTime : Integer.compare(cursor, other.cursor);
        }
    }

    /// Adds a shard, to be read from `from` on.
    void add(CometShard shard, int number, long from, GapVisitor gaps) {
        shards.add(shard);
        cursors.add(new ShardCursor(shard, number, from, gaps));
    }

    /// Adds all shards of a stream, or the one that is asked for, each from the same place.
    void add(CometStream stream, @Nullable Integer only, From from, GapVisitor gaps) {
        if (only != null) {
            add(stream.shard(only), only, offset(stream.shard(only), from), gaps);
            return;
        }
        for (int number = 0; number < stream.shardCount(); number++) {
            add(stream.shard(number), number, offset(stream.shard(number), from), gaps);
        }
    }

    /// Looks for what has been appended; [#next()] goes up to there. Returns whether there is anything.
    boolean refresh() {
        ends = shards.stream().mapToLong(CometShard::endOffset).toArray();
        heads.clear();
        for (int cursor = 0; cursor < cursors.size(); cursor++) {
            offer(cursor);
        }
        return !heads.isEmpty();
    }

    /// The next entry, or null at the end that [#refresh()] saw.
    @Nullable
    StoredEntry next() {
        Head head = heads.poll();
        if (head == null) {
            return null;
        }
        cursors.get(head.cursor()).take();
        offer(head.cursor());
        return head.entry();
    }

    private void offer(int cursor) {
        StoredEntry entry = cursors.get(cursor).peek(ends[cursor]);
        if (entry != null) {
            heads.add(new Head(entry, cursor));
        }
    }

    /// The offset that a position means in one shard.
    static long offset(CometShard shard, From from) {
        return switch (from) {
            case From.Earliest() -> shard.startOffset();
            case From.Latest() -> shard.endOffset();
            case From.Offset(long offset) -> Math.clamp(offset, shard.startOffset(), shard.endOffset());
            case From.Time(var instant) -> shard.offsetAt(instant);
        };
    }
}
