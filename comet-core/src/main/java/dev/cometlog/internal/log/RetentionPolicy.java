package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Durations;
import java.time.Duration;
import java.util.List;

/// Decides which sealed segments of a shard may go.
///
/// Pure: it reads no clock and touches no file, so each rule is one short test. Segments go oldest first, so
/// every answer is a number of segments from the front.
///
/// @param maxAge age at which what every group has read goes
/// @param maxShardBytes bound on the shard's files
/// @param minSegments sealed segments that age alone never deletes
/// @param protectUnconsumed whether age spares what a group has not read
/// @param forceDeleteAfter age at which even that goes; zero is never
/// @param idleGroupAfter a group without a living member and without an ack for that long protects nothing;
///     zero is never
record RetentionPolicy(
        Duration maxAge,
        long maxShardBytes,
        int minSegments,
        boolean protectUnconsumed,
        Duration forceDeleteAfter,
        Duration idleGroupAfter) {

    /// Nothing is protected.
    static final long UNPROTECTED = Long.MAX_VALUE;

    static RetentionPolicy of(StreamSettings settings) {
        return new RetentionPolicy(
                settings.maxAge(),
                settings.maxShardBytes(),
                settings.minSegments(),
                settings.protectUnconsumed(),
                settings.forceDeleteAfter(),
                settings.idleGroupAfter());
    }

    /// The offset from which on entries are protected: the lowest that a group which counts has not read.
    long protectedFrom(List<GroupAck> groups, long nowMicros) {
        if (!protectUnconsumed) {
            return UNPROTECTED;
        }
        return groups.stream()
                .filter(group -> !isIdle(group, nowMicros))
                .mapToLong(GroupAck::acked)
                .min()
                .orElse(UNPROTECTED);
    }

    private boolean isIdle(GroupAck group, long nowMicros) {
        return !idleGroupAfter.isZero() && !group.live() && isOlder(group.lastAckMicros(), idleGroupAfter, nowMicros);
    }

    /// How many segments are too old.
    int expired(List<SealedSegment> oldestFirst, long protectedFrom, long nowMicros) {
        int most = oldestFirst.size() - minSegments;
        int count = 0;
        while (count < most && isExpired(oldestFirst.get(count), protectedFrom, nowMicros)) {
            count++;
        }
        return count;
    }

    private boolean isExpired(SealedSegment segment, long protectedFrom, long nowMicros) {
        boolean forced = !forceDeleteAfter.isZero() && isOlder(segment.newestMicros(), forceDeleteAfter, nowMicros);
        return forced || (!isProtected(segment, protectedFrom) && isOlder(segment.newestMicros(), maxAge, nowMicros));
    }

    private static boolean isOlder(long micros, Duration age, long nowMicros) {
        return nowMicros - micros > Durations.micros(age);
    }

    /// Whether a group has not read all of the segment.
    static boolean isProtected(SealedSegment segment, long protectedFrom) {
        return segment.end() > protectedFrom;
    }

    /// How many segments have to go so that `wanted` more bytes stay within `maxShardBytes`; fewer if the next
    /// one is protected and `dropProtected` is false.
    int overBound(
            List<SealedSegment> oldestFirst, long shardBytes, long wanted, long protectedFrom, boolean dropProtected) {
        long left = shardBytes;
        int count = 0;
        while (count < oldestFirst.size() && left + wanted > maxShardBytes) {
            SealedSegment next = oldestFirst.get(count);
            if (!dropProtected && isProtected(next, protectedFrom)) {
                break;
            }
            left -= next.diskBytes();
            count++;
        }
        return count;
    }
}
