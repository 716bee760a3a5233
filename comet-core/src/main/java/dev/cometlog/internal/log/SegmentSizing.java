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
    private static final int LARGEST_STEP = 16;
    private static final int SHARE_OF_SECOND = 4;
    private static final long MICROS_PER_SECOND = 1_000_000;

    /// With ten syncs a second, of which each may write a page of 2 MiB that is not full yet, writes a page twice at
    /// most from here on.
    private static final long FAST_BYTES_PER_SECOND = 20 << 20;

    private static final long FASTEST_BYTES_PER_SECOND = 1L << 36;

    /// What a preparer is thought to do in a second while others want the processor too, and what it takes to begin.
    private static final long PREPARED_BYTES_PER_SECOND = 512 << 20;

    private static final long PREPARE_START_MICROS = 20_000;

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

    /// Bytes a second, of bytes that took so long.
    static long rate(long bytes, long micros) {
        return bytes * MICROS_PER_SECOND / Math.max(micros, 1);
    }

    /// Whether a shard fills its segments so fast that few syncs find a page half written.
    static boolean isFast(long bytesPerSecond) {
        return bytesPerSecond >= FAST_BYTES_PER_SECOND;
    }

    /// The position in a segment from which the next one, of `nextBytes`, should be prepared: half full, so that a
    /// quiet shard holds little disk, or as early as it takes to have it ready in time.
    static int prepareAt(int capacity, long bytesPerSecond, int nextBytes) {
        long lead = PREPARE_START_MICROS + nextBytes * MICROS_PER_SECOND / PREPARED_BYTES_PER_SECOND;
        long before = Math.min(bytesPerSecond, FASTEST_BYTES_PER_SECOND) * lead / MICROS_PER_SECOND;
        return (int) Math.max(0, Math.min(capacity / 2, capacity - before));
    }

    /// The size behind a segment of `capacity` bytes that was rolled because it was full: twice as much, or what the
    /// shard takes in a quarter of a second, but no more than a few times as much, since it may have been a burst.
    int afterFull(int capacity, long bytesPerSecond) {
        long most = Math.max(first(), (long) capacity * LARGEST_STEP);
        long wanted = Math.max(Math.max(first(), capacity * 2L), Math.min(bytesPerSecond / SHARE_OF_SECOND, most));
        return (int) Math.min(segmentBytes, wanted / PAGE * PAGE);
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
