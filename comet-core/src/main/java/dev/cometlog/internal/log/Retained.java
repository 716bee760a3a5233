package dev.cometlog.internal.log;

import java.util.List;

/// What a run of retention deleted, or would delete.
///
/// @param expired entries that were too old or too many, and read or unprotected
/// @param dropped entries that a group had not read
public record Retained(int segments, long bytes, long expired, long dropped) {
    public static final Retained NOTHING = new Retained(0, 0, 0, 0);

    /// What deleting these would amount to.
    static Retained of(List<SealedSegment> doomed, long protectedFrom) {
        Retained sum = NOTHING;
        for (SealedSegment segment : doomed) {
            long split = Math.clamp(protectedFrom, segment.base(), segment.end());
            sum = sum.plus(new Retained(1, segment.diskBytes(), split - segment.base(), segment.end() - split));
        }
        return sum;
    }

    public Retained plus(Retained other) {
        return new Retained(
                segments + other.segments, bytes + other.bytes, expired + other.expired, dropped + other.dropped);
    }
}
