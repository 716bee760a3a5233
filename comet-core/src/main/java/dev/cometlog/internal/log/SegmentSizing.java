package dev.cometlog.internal.log;

import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.SegmentHeader;

/// How large the next segment of a shard should be: pure, so that each rule is one short test.
///
/// Small at first, doubling while segments fill up and halving while they only grow old, so that a quiet
/// shard holds little disk and a busy one rolls seldom.
///
/// @param segmentBytes the most a segment holds, unless one batch needs more
record SegmentSizing(int segmentBytes) {
    static final int SMALLEST = 256 * 1024;
    private static final int LARGEST_INLINE = 4 << 20;
    private static final int INLINE_SHARE = 16;
    private static final int PAGE = 4096;
    private static final int LEAST = 4 * PAGE;
    private static final int SHARD_SHARE = 8;
    private static final int TOTAL_SHARE = 16;

    /// Sizes for a stream with these settings. Several segments fit below each bound, so that there are sealed
    /// ones to delete when it is reached.
    static SegmentSizing within(StreamSettings settings, long maxTotalBytes) {
        long most = Math.min(settings.maxShardBytes() / SHARD_SHARE, maxTotalBytes / TOTAL_SHARE) / PAGE * PAGE;
        return new SegmentSizing((int) Math.min(settings.segmentBytes(), Math.max(most, LEAST)));
    }

    /// The first segment's size.
    int first() {
        return Math.min(SMALLEST, segmentBytes);
    }

    /// The size behind a segment of `capacity` bytes that was rolled because it was full.
    int afterFull(int capacity) {
        return (int) Math.min(segmentBytes, Math.max(first(), capacity * 2L));
    }

    /// The size that an appender makes itself when `wanted` bytes should have been prepared and are not: so small
    /// that it does not stall for long, so large that a busy shard does not fall apart into thousands of files.
    int inline(int wanted) {
        return Math.min(segmentBytes, Math.clamp(wanted / INLINE_SHARE, SMALLEST, LARGEST_INLINE));
    }

    /// The size behind a segment of `capacity` bytes that was rolled because it was old.
    int afterAged(int capacity) {
        return Math.min(segmentBytes, Math.max(first(), roundUp(capacity / 2)));
    }

    /// `wanted`, or as much more as `frameBytes` of frames need.
    int atLeast(int wanted, int frameBytes) {
        return Math.max(wanted, roundUp(SegmentHeader.LENGTH + frameBytes + FrameDescriptor.SEAL_LENGTH));
    }

    private static int roundUp(int bytes) {
        return (bytes + PAGE - 1) / PAGE * PAGE;
    }
}
