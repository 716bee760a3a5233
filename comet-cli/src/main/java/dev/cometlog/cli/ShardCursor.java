package dev.cometlog.cli;

import dev.cometlog.CometShard;
import dev.cometlog.Gap;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Reads one shard in order, a little ahead of who takes its entries.
final class ShardCursor {
    private static final int READ_AHEAD_ENTRIES = 1024;
    private static final int READ_AHEAD_BYTES = 1 << 20;

    private final CometShard shard;
    private final int number;
    private final GapVisitor gaps;
    private final Queue<StoredEntry> ahead = new ArrayDeque<>();
    private long aheadBytes;
    private long next;

    ShardCursor(CometShard shard, int number, long from, GapVisitor gaps) {
        this.shard = shard;
        this.number = number;
        this.next = from;
        this.gaps = gaps;
    }

    /// The next entry below `end`, which stays; null if there is none yet.
    @Nullable
    StoredEntry peek(long end) {
        if (ahead.isEmpty() && next < Math.min(end, shard.endOffset())) {
            aheadBytes = 0;
            long _ = shard.scan(
                    next,
                    Verify.CRC,
                    (offset, timestamp, memory, position, length) ->
                            offset < end && keep(offset, timestamp, memory, position, length),
                    this::pass);
        }
        return ahead.peek();
    }

    /// Takes what [#peek(long)] showed.
    void take() {
        ahead.remove();
    }

    private boolean keep(long offset, long timestamp, MemorySegment memory, long position, int length) {
        byte[] payload = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, position, payload, 0, length);
        ahead.add(new StoredEntry(number, offset, timestamp, payload));
        next = offset + 1;
        aheadBytes += length;
        return ahead.size() < READ_AHEAD_ENTRIES && aheadBytes < READ_AHEAD_BYTES;
    }

    private void pass(Gap gap) {
        next = Math.max(next, gap.to());
        gaps.gap(gap);
    }
}
