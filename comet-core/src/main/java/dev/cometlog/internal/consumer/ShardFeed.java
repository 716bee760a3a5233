package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.log.ShardReader;
import dev.cometlog.internal.log.ShardView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what is to be delivered from a leased shard, batch by batch. Used by one thread at a time.
///
/// A batch is a run of entries without a hole: it ends before a gap, and before an entry that was acknowledged
/// out of order. Gaps come with the batch behind them, which is empty if nothing else is there yet.
final class ShardFeed {
    private static final long NOWHERE = -1;

    private final ShardLease lease;
    private @Nullable ShardReader reader;

    /// Written by the thread that reads, read by those that look for work.
    private volatile long position;

    private volatile int generation;

    /// The watermark at which nothing had room above it; [#NOWHERE] if there is room.
    private volatile long fullAt = NOWHERE;

    // Of the present read.
    private EntryBuffer buffer = new EntryBuffer();
    private List<Gap> gaps = List.of();
    private long overshot;
    private boolean holes;

    ShardFeed(ShardLease lease) {
        this.lease = lease;
        this.position = lease.watermark();
        this.generation = lease.generation();
    }

    ShardLease lease() {
        return lease;
    }

    /// Where the next batch starts, if nothing is acknowledged or sought before.
    long position() {
        return position;
    }

    /// Whether there may be something to read. Cheap: asked for every shard again and again.
    boolean hasNews() {
        ShardView view = lease.knownView();
        if (view == null) {
            return false;
        }
        if (lease.generation() != generation) {
            return true;
        }
        return view.state().endOffset() > position && (fullAt == NOWHERE || lease.watermark() != fullAt);
    }

    /// Goes back to an offset that was delivered before.
    void rewindTo(long offset) {
        position = Math.min(position, offset);
    }

    /// Whether everything that was delivered is acknowledged.
    boolean isDrained() {
        return lease.watermark() >= position;
    }

    /// Reads the next batch of at most `max` entries; it holds `into` until it has ended.
    Batch read(EntryBuffer into, int max) {
        into.clear();
        ShardView view = lease.knownView();
        int present = lease.generation();
        if (present != generation) {
            // Another generation begins at its watermark; read in this order, a seek in between is seen next time.
            position = lease.watermark();
            generation = present;
        }
        gaps = new ArrayList<>(0);
        fullAt = NOWHERE;
        if (view != null) {
            long watermark = lease.watermark();
            long before = position;
            boolean hasMore = view.state().endOffset() > before;
            scan(view, into, max);
            if (hasMore && position <= before && into.count() == 0 && gaps.isEmpty()) {
                fullAt = watermark;
            }
        }
        return new Batch(lease.progress().stream().name(), lease, present, into, List.copyOf(gaps));
    }

    private void scan(ShardView view, EntryBuffer into, int max) {
        ShardReader cursor = reader;
        if (cursor == null) {
            cursor = new ShardReader(view);
            reader = cursor;
        }
        long from = lease.firstUnacked(position);
        long room = lease.watermark() + AckWindow.SIZE - from;
        cursor.seek(from);
        if (room > 0) {
            buffer = into;
            overshot = NOWHERE;
            holes = lease.hasHoles();
            try {
                int _ = cursor.scan((int) Math.min(max, room), Verify.CRC, this::entry, this::gap);
            } catch (CometException.MissingCodec e) {
                // What comes before the entries that cannot be read is delivered first.
                if (into.count() == 0 && gaps.isEmpty()) {
                    throw e;
                }
            }
            if (overshot != NOWHERE) {
                cursor.seek(overshot);
            }
        }
        position = cursor.nextOffset();
        waitBeforeFarGap(cursor, into);
    }

    private boolean entry(long offset, long timestamp, MemorySegment memory, long at, int length) {
        if (overshot != NOWHERE) {
            return false;
        }
        if (holes && lease.isAcked(offset)) {
            if (buffer.count() == 0) {
                return true;
            }
            overshot = offset;
            return false;
        }
        buffer.add(offset, timestamp, memory, at, length);
        return !buffer.isFull();
    }

    private void gap(Gap gap) {
        if (overshot != NOWHERE) {
            return;
        }
        if (buffer.count() > 0) {
            overshot = gap.from();
        } else if (!holes || !lease.isAcked(gap.from())) {
            // One that is acknowledged was told before, and waits for what lies below it.
            gaps.add(typed(gap));
        }
    }

    /// To a group, what retention deleted before the group had read it was dropped, unless nothing was protected.
    private Gap typed(Gap gap) {
        ShardView view = lease.knownView();
        boolean dropped = gap.reason() == Gap.Reason.RETENTION
                && view != null
                && gap.from() < view.state().droppedEnd()
                && lease.progress().stream().settings().protectUnconsumed();
        return dropped ? new Gap(gap.stream(), gap.shard(), gap.from(), gap.to(), Gap.Reason.DROP) : gap;
    }

    /// A gap that has no room above the watermark is passed once everything before it is acknowledged.
    private void waitBeforeFarGap(ShardReader cursor, EntryBuffer into) {
        for (int i = 0; i < gaps.size(); i++) {
            Gap gap = gaps.get(i);
            if (!lease.hasRoom(i == 0 ? gap.from() : gaps.getFirst().from(), gap.to())) {
                gaps = gaps.subList(0, i);
                into.clear();
                cursor.seek(gap.from());
                position = gap.from();
                return;
            }
        }
    }
}
