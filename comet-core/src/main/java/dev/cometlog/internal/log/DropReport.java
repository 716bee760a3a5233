package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.TimeSource;
import java.util.concurrent.TimeUnit;

/// Warns of entries that were dropped unread: of the first ones at once, of those that follow within a minute together,
/// so that a shard that drops at every roll does not fill what it logs to. Thread-safe.
final class DropReport {
    private static final System.Logger LOG = System.getLogger(DropReport.class.getName());
    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ShardId id;
    private final TimeSource time;

    /// What was not told yet, and the range that it lies in; all guarded by this.
    private long untold;

    private long from;
    private long to;
    private long toldNanos;

    DropReport(ShardId id, TimeSource time) {
        this.id = id;
        this.time = time;
        this.toldNanos = time.nanoTime() - INTERVAL_NANOS;
    }

    /// Notes that so many entries of that range of offsets were dropped.
    ///
    /// @param all how many were dropped of the shard, ever
    synchronized void dropped(Range range, long all) {
        if (range.count() == 0) {
            return;
        }
        from = untold == 0 ? range.from() : Math.min(from, range.from());
        to = untold == 0 ? range.to() : Math.max(to, range.to());
        untold += range.count();
        tellIfDue(all);
    }

    /// Tells what is left to tell once a minute has passed.
    synchronized void tellIfDue(long all) {
        if (time.nanoTime() - toldNanos >= INTERVAL_NANOS) {
            tell(all);
        }
    }

    /// Tells what is left to tell.
    synchronized void tell(long all) {
        if (untold == 0) {
            return;
        }
        toldNanos = time.nanoTime();
        LOG.log(
                System.Logger.Level.WARNING,
                "{0}: a bound or forceDeleteAfter deleted entries that not every group has read: {1,number,#} of"
                        + " offsets {2,number,#} to {3,number,#}; {4,number,#} so far",
                id,
                untold,
                from,
                to - 1,
                all);
        untold = 0;
    }

    /// Unread entries that went, all within these offsets.
    ///
    /// @param to the first offset behind them
    record Range(long from, long to, long count) {
        static final Range EMPTY = new Range(0, 0, 0);

        /// Both, of which the other comes behind this one.
        Range plus(Range other) {
            if (other.count == 0) {
                return this;
            }
            return new Range(count == 0 ? other.from : from, other.to, count + other.count);
        }

        static Range of(long from, long to) {
            return new Range(from, to, to - from);
        }
    }
}
