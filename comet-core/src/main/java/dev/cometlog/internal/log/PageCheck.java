package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.SegmentHeader;

/// Whether the words of a state page can all be as they are, so that a flipped or torn one is not taken for the truth.
///
/// Only what no order of events leaves behind counts as impossible; a page that fails is recovered from as after a
/// power loss. Called in recovery, when nobody else uses the shard.
final class PageCheck {
    private final ShardState state;

    /// Whether a process may have died while it held the lock word. Only then may words disagree.
    private final boolean wasHeld;

    /// No offset at or above it was ever handed out; the end offset itself if no checkpoint is intact.
    private final long reservedEnd;

    /// Where the shard ended once.
    private final long durable;

    PageCheck(ShardState state, boolean wasHeld) {
        this.state = state;
        this.wasHeld = wasHeld;
        this.reservedEnd = state.checkpoint().map(Checkpoint::reservedEnd).orElseGet(state::endOffset);
        this.durable = state.checkpoint().map(Checkpoint::durableOffset).orElse(0L);
    }

    /// Whether the offsets lie in the order that they always have.
    boolean isOrdered() {
        long end = state.endOffset();
        return end >= durable
                && end <= reservedEnd
                && state.activeBase() <= reservedEnd
                && state.nextBase() >= 0
                && state.nextBase() <= reservedEnd
                && state.startOffset() >= 0
                && state.startOffset() <= end;
    }

    /// Whether the active segment can end at the end offset: it holds that many entries at most, and behind them no
    /// more than the one batch that a writer may have died in.
    boolean endsIn(Segment active) {
        long end = state.endOffset();
        if (!wasHeld) {
            return endsWhereItSays(active, end);
        }
        if (end < active.baseOffset()) {
            // A jump that was begun: the repair finishes it.
            return active.isEmpty() && active.header().previousEnd() == end;
        }
        // No entry takes less than a byte.
        if (end - active.baseOffset() > active.capacity()) {
            return false;
        }
        FrameWalker before = ShardRepair.walkedTo(active, state, end, active.capacity());
        if (before.offset() != end) {
            // Damage hides where it ends, and the repair says so; but no batch was published in part.
            return before.offset() < end;
        }
        int limit = Math.clamp(state.writeLimit(), before.position(), active.capacity());
        FrameWalker behind = new FrameWalker(active, before.position(), end, limit);
        boolean isOneBatch = !behind.next() || behind.isAtSeal();
        while (!isOneBatch && behind.batchOffset() == end) {
            isOneBatch = !behind.next();
        }
        return isOneBatch || !behind.next() || behind.isAtSeal();
    }

    /// Whether the entries below the end offset fill the segment up to the write position. If one of them is damaged
    /// that cannot be told, and is believed as long as something stands there.
    private boolean endsWhereItSays(Segment active, long end) {
        long written = state.writePosition();
        if (written < SegmentHeader.LENGTH
                || written > active.capacity()
                || state.writeLimit() != written
                || end < active.baseOffset()
                || end - active.baseOffset() > active.capacity()) {
            return false;
        }
        FrameWalker walker = ShardRepair.walkedTo(active, state, end, (int) written);
        return walker.offset() == end
                ? walker.position() == written
                : walker.offset() < end && walker.position() < written;
    }
}
