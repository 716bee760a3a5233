package dev.cometlog.internal.consumer;

import dev.cometlog.Health;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What is wrong with the groups that this process takes part in.
public final class GroupHealth {
    /// A handler that is at one delivery for longer counts as hung.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private GroupHealth() {}

    /// The handlers that hang, and the shards that cannot be read, in any consumer of that log in this process.
    public static List<Health.Reason> of(Log log) {
        long now = log.time().nanoTime();
        List<Health.Reason> reasons = new ArrayList<>();
        for (ProcessLoop loop : Groups.loopsOf(log)) {
            for (ShardTask task : loop.tasks()) {
                long nanos = task.handlingNanos(now);
                if (nanos > PATIENCE.toNanos()) {
                    reasons.add(hung(task.feed().lease(), Duration.ofNanos(nanos)));
                }
                String obstacle = task.obstacle();
                if (!obstacle.isEmpty()) {
                    reasons.add(unreadable(task.feed().lease(), obstacle));
                }
            }
        }
        return reasons;
    }

    private static Health.Reason unreadable(ShardLease lease, String why) {
        GroupProgress progress = lease.progress();
        String shard = StreamName.ofShard(progress.stream().name(), lease.shard());
        return new Health.Reason(
                Health.Kind.MISSING_CODEC,
                Health.Status.DEGRADED,
                shard,
                "group \"" + progress.group() + "\" gets nothing of " + shard + " from offset " + lease.watermark()
                        + " on: " + why);
    }

    private static Health.Reason hung(ShardLease lease, Duration since) {
        GroupProgress progress = lease.progress();
        String shard = StreamName.ofShard(progress.stream().name(), lease.shard());
        return new Health.Reason(
                Health.Kind.HUNG_HANDLER,
                Health.Status.DEGRADED,
                shard,
                "the handler of group \"" + progress.group() + "\" has been at one delivery of " + shard + " for "
                        + since.toSeconds() + " s, from offset " + lease.watermark() + " on");
    }
}
