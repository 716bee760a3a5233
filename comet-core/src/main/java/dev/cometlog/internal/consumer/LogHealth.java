package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.Health;
import dev.cometlog.Health.Kind;
import dev.cometlog.Health.Status;
import dev.cometlog.Lag;
import dev.cometlog.Overflow;
import dev.cometlog.internal.consumer.GroupFile.Counter;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.DirectoryHealth;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.ShardHealth;
import dev.cometlog.internal.log.ShardView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is wrong with a whole log. Remembers nothing: what is mended is no longer told.
public final class LogHealth {
    /// A group that has had something to read and acknowledged nothing for longer counts as stuck.
    private static final Duration STUCK = Duration.ofMinutes(10);

    private static final long NANOS_PER_MICRO = 1000;

    private final Log log;
    private final Groups groups;
    private final List<Health.Reason> reasons = new ArrayList<>();

    private LogHealth(Log log, Groups groups) {
        this.log = log;
        this.groups = groups;
    }

    /// What is wrong now, in no order.
    public static List<Health.Reason> of(Log log) {
        Groups groups = Groups.of(log);
        try {
            LogHealth health = new LogHealth(log, groups);
            health.look();
            return health.reasons;
        } finally {
            groups.leave();
        }
    }

    private void look() {
        reasons.addAll(GroupHealth.of(log));
        reasons.addAll(log.codecHealth());
        List<LogStream> streams = log.streamNames().stream()
                .flatMap(name -> log.find(name).stream())
                .toList();
        reasons.addAll(DirectoryHealth.of(log, streams.stream().anyMatch(this::mayRefuse)));
        for (LogStream stream : streams) {
            reasons.addAll(DirectoryHealth.of(log, stream));
            for (int shard = 0; shard < stream.shardCount(); shard++) {
                look(stream, shard);
            }
            for (String group : groups.names(stream)) {
                look(stream, group);
            }
        }
    }

    /// Whether what a group has not read keeps a stream from taking more.
    private boolean mayRefuse(LogStream stream) {
        return stream.settings().overflow() != Overflow.DROP_OLDEST
                && stream.settings().protectUnconsumed()
                && !groups.names(stream).isEmpty();
    }

    private void look(LogStream stream, int shard) {
        try {
            stream.view(shard).ifPresent(view -> reasons.addAll(ShardHealth.of(log, stream, view)));
        } catch (CometException.Closed e) {
            throw e;
        } catch (CometException e) {
            String name = StreamName.ofShard(stream.name(), shard);
            reasons.add(new Health.Reason(
                    Kind.UNREADABLE_SHARD, Status.FAILED, name, name + " cannot be opened: " + e.getMessage()));
        }
    }

    private void look(LogStream stream, String group) {
        try {
            groups.find(stream, group).ifPresent(this::look);
        } catch (CometException.Closed e) {
            throw e;
        } catch (CometException e) {
            reasons.add(new Health.Reason(
                    Kind.STUCK_GROUP,
                    Status.FAILED,
                    stream.name(),
                    "group \"" + group + "\" of stream \"" + stream.name() + "\" cannot be read: " + e.getMessage()));
        }
    }

    /// Names the shard of a group that has waited longest, and readers that do not run.
    private void look(GroupProgress progress) {
        LogStream stream = progress.stream();
        Duration longest = STUCK;
        Health.@Nullable Reason stuck = null;
        for (int shard = 0; shard < stream.shardCount(); shard++) {
            long reader = progress.file().lease(shard);
            if (reader != 0 && log.identity().isStopped(reader)) {
                reasons.add(new Health.Reason(
                        Kind.STOPPED_HOLDER,
                        Status.DEGRADED,
                        StreamName.ofShard(stream.name(), shard),
                        "group \"" + progress.group() + "\" reads " + StreamName.ofShard(stream.name(), shard) + " in "
                                + log.identity().describe(reader)));
            }
            Optional<Duration> waited = waited(progress, shard);
            if (waited.isPresent() && waited.get().compareTo(longest) > 0) {
                longest = waited.get();
                stuck = stuck(progress, shard, longest);
            }
        }
        if (stuck != null) {
            reasons.add(stuck);
        }
    }

    private static Health.Reason stuck(GroupProgress progress, int shard, Duration since) {
        String name = StreamName.ofShard(progress.stream().name(), shard);
        return new Health.Reason(
                Kind.STUCK_GROUP,
                Status.DEGRADED,
                name,
                "group \"" + progress.group() + "\" has acknowledged nothing of " + name + " for " + since.toSeconds()
                        + " s, from offset " + progress.file().acked(shard).orElse(0) + " on; it is read by "
                        + progress.reader(shard).orElse("nobody"));
    }

    /// How long something has been waiting in a shard while the group acknowledged nothing there; empty if nothing
    /// is.
    private Optional<Duration> waited(GroupProgress progress, int shard) {
        long now = log.time().epochMicros();
        Duration sinceAck = micros(now - progress.file().counter(shard, Counter.LAST_ACK_MICROS));
        if (sinceAck.compareTo(STUCK) <= 0) {
            return Optional.empty();
        }
        try {
            Optional<ShardView> view = progress.stream().view(shard);
            if (view.isEmpty()) {
                return Optional.empty();
            }
            Lag.OfShard lag = GroupConsumer.lag(view.get(), progress.file().acked(shard), now);
            return lag.entries() == 0
                    ? Optional.empty()
                    : Optional.of(lag.age().compareTo(sinceAck) < 0 ? lag.age() : sinceAck);
        } catch (CometException.MissingCodec e) {
            reasons.add(new Health.Reason(
                    Kind.MISSING_CODEC,
                    Status.FAILED,
                    StreamName.ofShard(progress.stream().name(), shard),
                    "group \"" + progress.group() + "\" cannot go on: " + e.getMessage()));
            return Optional.empty();
        } catch (CometException.Closed e) {
            throw e;
        } catch (CometException e) {
            // The shard has a reason of its own by now.
            return Optional.empty();
        }
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(Math.max(0, micros) * NANOS_PER_MICRO);
    }
}
