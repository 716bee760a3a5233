package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Health;
import dev.cometlog.Health.Kind;
import dev.cometlog.Health.Status;
import dev.cometlog.Overflow;
import dev.cometlog.internal.log.ShardCounters.Counter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What is wrong with one shard. Looks at its state page, and further only where that gives cause.
public final class ShardHealth {
    /// How long a refusal is told of; an append that goes through meanwhile does not end it.
    private static final Duration REFUSED_FOR = Duration.ofMinutes(1);

    /// How long it is told of that entries went unread.
    private static final Duration DROPPED_FOR = Duration.ofMinutes(10);

    /// What may stay unsynced for so many intervals, or so long.
    private static final int SYNC_INTERVALS = 10;

    private static final Duration SYNC_LATE = Duration.ofSeconds(10);

    /// The share of a bound from which on it is near.
    static final double NEAR = 0.9;

    private static final long MICROS_PER_SECOND = 1_000_000;

    private final Log log;
    private final ShardView view;
    private final ShardState state;
    private final String name;
    private final List<Health.Reason> reasons = new ArrayList<>();

    private ShardHealth(Log log, ShardView view) {
        this.log = log;
        this.view = view;
        this.state = view.state();
        this.name = view.id().toString();
    }

    /// What is wrong with a shard of `stream`.
    public static List<Health.Reason> of(Log log, LogStream stream, ShardView view) {
        ShardHealth health = new ShardHealth(log, view);
        health.poison();
        health.holders();
        health.sync();
        health.damage();
        health.room();
        stream.openShard(view.id().shard()).flatMap(Shard::lastFailure).ifPresent(health::failure);
        health.bound(stream.settings());
        return health.reasons;
    }

    private void add(Kind kind, Status status, String message) {
        reasons.add(new Health.Reason(kind, status, name, message));
    }

    private void poison() {
        long seenBy = state.poison();
        if (seenBy != 0) {
            add(
                    Kind.POISONED_SHARD,
                    Status.FAILED,
                    "an fsync of " + name + " failed (seen by " + log.identity().describe(seenBy)
                            + "); appends are refused, reads go on");
        }
    }

    private void holders() {
        long holder = state.lockWord();
        if (holder != 0 && log.identity().isStopped(holder)) {
            add(
                    Kind.STOPPED_HOLDER,
                    Status.FAILED,
                    "appends to " + name + " wait for " + log.identity().describe(holder));
        }
        long syncer = state.syncClaim();
        if (syncer != 0 && log.identity().isStopped(syncer)) {
            add(
                    Kind.STOPPED_HOLDER,
                    Status.DEGRADED,
                    "syncs of " + name + " wait for " + log.identity().describe(syncer));
        }
    }

    private void sync() {
        long durable = state.durableOffset();
        long late =
                Math.max(micros(SYNC_LATE), micros(log.config().syncInterval().multipliedBy(SYNC_INTERVALS)));
        if (durable >= state.endOffset() || state.poison() != 0 || isWithin(Counter.LAST_SYNC_MICROS, late)) {
            return;
        }
        try {
            OptionalLong oldest = new ShardDistance(view).timestampFrom(durable);
            long age = oldest.isEmpty() ? 0 : log.time().epochMicros() - oldest.getAsLong();
            if (age > late) {
                add(
                        Kind.SYNC_OVERDUE,
                        Status.DEGRADED,
                        "entries of " + name + " from offset " + durable + " on were appended "
                                + age / MICROS_PER_SECOND + " s ago and would not survive a power loss yet");
            }
        } catch (CometException.MissingCodec e) {
            add(Kind.MISSING_CODEC, Status.FAILED, name + ": " + e.getMessage());
        }
    }

    private void damage() {
        List<DamageTable.Range> ranges = state.damage().known(state.startOffset());
        if (!ranges.isEmpty()) {
            DamageTable.Range first = ranges.getFirst();
            add(
                    Kind.DAMAGE,
                    Status.DEGRADED,
                    name + " has " + ranges.size() + " damaged places, one of them from offset " + first.from() + " to "
                            + (first.to() - 1) + "; this is told until retention has deleted them");
        }
    }

    private void room() {
        if (isWithin(Counter.LAST_REFUSED_MICROS, micros(REFUSED_FOR))) {
            add(
                    Kind.APPENDS_REFUSED,
                    Status.FAILED,
                    "appends to " + name + " were refused for want of room within the last minute; "
                            + state.counters().get(Counter.REFUSED) + " entries so far");
        }
        if (isWithin(Counter.LAST_DROP_MICROS, micros(DROPPED_FOR))) {
            add(
                    Kind.ENTRIES_DROPPED,
                    Status.DEGRADED,
                    "a bound or forceDeleteAfter deleted entries of " + name
                            + " that a group had not read, within the last ten minutes; "
                            + state.counters().get(Counter.DROPPED) + " so far");
        }
    }

    private void bound(StreamSettings settings) {
        if (settings.overflow() == Overflow.DROP_OLDEST || !settings.protectUnconsumed()) {
            return;
        }
        try {
            if (mayLetOldestGo()) {
                return;
            }
            long bytes = new DirectoryCount(view.storage()).present(view.paths().directory());
            if (bytes >= settings.maxShardBytes() * NEAR) {
                add(
                        Kind.DISK_NEAR_BOUND,
                        Status.DEGRADED,
                        name + " takes " + bytes + " bytes of maxShardBytes=" + settings.maxShardBytes()
                                + ", and overflow=" + settings.overflow() + " deletes nothing that is unread");
            }
        } catch (IOException e) {
            throw new CometException.IoFailure("cannot list " + view.paths().directory(), e);
        }
    }

    /// Whether every group has read the oldest segment, so that it makes room.
    private boolean mayLetOldestGo() throws IOException {
        long[] bases = view.segments().bases();
        long unread = new GroupAcks(view.storage(), log.identity(), log.groupFiles())
                .groups(view.id(), view.paths()).stream()
                        .mapToLong(GroupAck::acked)
                        .min()
                        .orElse(Long.MAX_VALUE);
        return bases.length < 2 ? unread >= state.endOffset() : unread >= bases[1];
    }

    private void failure(ShardAppender.Failure failure) {
        if (log.time().epochMicros() - failure.micros() <= micros(REFUSED_FOR)) {
            add(
                    Kind.APPENDS_FAILING,
                    Status.FAILED,
                    "appends of this process to " + name + " failed within the last minute, at last "
                            + failure.message());
        }
    }

    private boolean isWithin(Counter lastMicros, long micros) {
        long last = state.counters().get(lastMicros);
        return last != 0 && log.time().epochMicros() - last <= micros;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
