package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;

/// Whether the words of a state page can all be as they are, so that a flipped or torn one is not taken for the truth.
///
/// Only what no order of events leaves behind counts as impossible; a page that fails is recovered from as after a
/// power loss. Called in recovery, when nobody else uses the shard.
final class PageCheck {
    private final ShardState state;

    /// No offset at or above it was ever handed out; the end offset itself if no checkpoint is intact.
    private final long reservedEnd;

    PageCheck(ShardState state) {
        this.state = state;
        this.reservedEnd = state.checkpoint().map(Checkpoint::reservedEnd).orElseGet(state::endOffset);
    }

    /// Whether the offsets lie in the order that they always have.
    boolean isOrdered() {
        long end = state.endOffset();
        return end >= 0
                && end <= reservedEnd
                && state.activeBase() <= reservedEnd
                && state.nextBase() >= 0
                && state.nextBase() <= reservedEnd
                && state.startOffset() >= 0
                && state.startOffset() <= end;
    }

    /// Whether the active segment can end at the end offset: it holds that many entries at most, and behind them no more
    /// than the one batch that a writer may have died in.
    boolean endsIn(Segment active) {
        long end = state.endOffset();
        if (end < active.baseOffset()) {
            // A jump that was begun: the repair finishes it.
            return true;
        }
        // No entry takes less than a byte.
        if (end - active.baseOffset() > active.capacity()) {
            return false;
        }
        FrameWalker before = ShardRepair.walkerTo(active, end);
        before.walkTo(end);
        if (before.offset() != end) {
            // Damage hides where it ends; the repair says so.
            return true;
        }
        int limit = Math.clamp(state.writeLimit(), before.position(), active.capacity());
        FrameWalker behind = new FrameWalker(active, before.position(), end, limit);
        boolean isOneBatch = !behind.next() || behind.isAtSeal();
        while (!isOneBatch && behind.batchOffset() == end) {
            isOneBatch = !behind.next();
        }
        return isOneBatch || !behind.next() || behind.isAtSeal();
    }
}
