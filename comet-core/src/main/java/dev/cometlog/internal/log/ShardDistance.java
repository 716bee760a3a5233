package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.io.IOException;
import java.util.OptionalLong;

/// Measures how much of a shard lies behind an offset, without reading it. Not thread-safe.
public final class ShardDistance {
    private final ShardView view;
    private final SegmentChain chain;
    private final ShardReader reader;

    public ShardDistance(ShardView view) {
        this.view = view;
        this.chain = new SegmentChain(view);
        this.reader = new ShardReader(view);
    }

    /// The bytes of the entries from `offset` to the end, headers included; right to within one index slot, and
    /// the free end of a sealed segment.
    public long bytesFrom(long offset) {
        ShardState state = view.state();
        if (offset >= state.endOffset()) {
            return 0;
        }
        try {
            long bytes = 0;
            for (long base : chain.refreshed()) {
                Segment segment = view.segments().acquire(base).orElse(null);
                if (segment == null) {
                    continue;
                }
                try {
                    bytes += Math.max(0, end(segment, state) - position(segment, offset));
                } finally {
                    segment.release();
                }
            }
            return bytes;
        } catch (IOException e) {
            throw new CometException.IoFailure("cannot read " + view.id() + ": " + e.getMessage(), e);
        }
    }

    private static long end(Segment segment, ShardState state) {
        return segment.baseOffset() == state.activeBase() ? state.writePosition() : segment.capacity();
    }

    private static long position(Segment segment, long offset) {
        if (offset <= segment.baseOffset()) {
            return 0;
        }
        int slot = segment.index().floorOffset(offset - segment.baseOffset(), segment.capacity());
        return slot < 0 ? 0 : segment.index().position(slot);
    }

    /// When the first entry at or above `offset` was appended; empty if there is none.
    public OptionalLong timestampFrom(long offset) {
        long[] found = {0};
        reader.seek(offset);
        int read = reader.scan(
                1,
                Verify.CRC,
                (at, timestamp, memory, position, length) -> {
                    found[0] = timestamp;
                    return false;
                },
                GapVisitor.ignore());
        return read == 0 ? OptionalLong.empty() : OptionalLong.of(found[0]);
    }
}
