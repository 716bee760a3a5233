package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.CometStats;
import dev.cometlog.Lag;
import dev.cometlog.internal.consumer.GroupFile.Counter;
import dev.cometlog.internal.log.DiskBudget;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.ShardStats;
import dev.cometlog.internal.log.ShardView;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what [CometStats] tells of a whole log. Changes nothing.
public final class LogStats {
    private static final System.Logger LOG = System.getLogger(LogStats.class.getName());

    private final Log log;
    private final Groups groups;
    private final long nowMicros;

    private LogStats(Log log, Groups groups) {
        this.log = log;
        this.groups = groups;
        this.nowMicros = log.time().epochMicros();
    }

    /// What there is to tell now.
    public static CometStats of(Log log) {
        Groups groups = Groups.of(log);
        try {
            return new LogStats(log, groups).read();
        } finally {
            groups.leave();
        }
    }

    private CometStats read() {
        DiskBudget budget = log.budget();
        CometStats.Disk disk = new CometStats.Disk(
                budget.allocatedBytes(),
                budget.bounds().maxTotalBytes(),
                budget.usableBytes(),
                budget.bounds().minFreeBytes());
        List<CometStats.OfStream> streams = new ArrayList<>();
        for (String name : log.streamNames()) {
            log.find(name).ifPresent(stream -> streams.add(stream(stream)));
        }
        return new CometStats(
                Instant.EPOCH.plus(nowMicros, ChronoUnit.MICROS), log.directory(), disk, processes(), streams);
    }

    private List<CometStats.OfProcess> processes() {
        return log.identity().processes().stream()
                .map(process -> new CometStats.OfProcess(
                        process.pid(), process.name(), process.started(), process.processId(), process.isStopped()))
                .toList();
    }

    private CometStats.OfStream stream(LogStream stream) {
        List<GroupProgress> present = groups.names(stream).stream()
                .flatMap(name -> find(stream, name).stream())
                .toList();
        List<CometStats.OfShard> shards = new ArrayList<>();
        for (int number = 0; number < stream.shardCount(); number++) {
            try {
                stream.view(number).ifPresent(view -> shards.add(shard(view, present)));
            } catch (CometException.Closed e) {
                throw e;
            } catch (CometException e) {
                shards.add(ShardStats.unreadable(number, e));
            }
        }
        return new CometStats.OfStream(stream.name(), stream.shardCount(), shards);
    }

    /// A group whose file cannot be used keeps nobody from hearing of the rest.
    private Optional<GroupProgress> find(LogStream stream, String group) {
        try {
            return groups.find(stream, group);
        } catch (CometException.Closed e) {
            throw e;
        } catch (CometException e) {
            // Health tells of it, and whoever collects figures asks often.
            LOG.log(System.Logger.Level.DEBUG, "group " + group + " is left out of what is told", e);
            return Optional.empty();
        }
    }

    private CometStats.OfShard shard(ShardView view, List<GroupProgress> present) {
        List<CometStats.OfGroup> ofShard =
                present.stream().map(progress -> group(view, progress)).toList();
        return new ShardStats(view).read(ofShard);
    }

    private CometStats.OfGroup group(ShardView view, GroupProgress progress) {
        int shard = view.id().shard();
        GroupFile file = progress.file();
        Lag.OfShard lag = lag(view, progress);
        return new CometStats.OfGroup(
                progress.group(),
                lag.ackedOffset(),
                lag.entries(),
                lag.bytes(),
                lag.age(),
                file.counter(shard, Counter.ACKED),
                file.counter(shard, Counter.SKIPPED),
                file.counter(shard, Counter.DEAD_LETTERED),
                file.counter(shard, Counter.FAILURES),
                new CometStats.Gaps(
                        file.counter(shard, Counter.RETENTION_GAPS),
                        file.counter(shard, Counter.DROP_GAPS),
                        file.counter(shard, Counter.DAMAGE_GAPS),
                        file.counter(shard, Counter.POWER_LOSS_GAPS)),
                ShardStats.instant(file.counter(shard, Counter.LAST_ACK_MICROS)),
                progress.reader(shard));
    }

    private Lag.OfShard lag(ShardView view, GroupProgress progress) {
        try {
            return GroupConsumer.lag(view, progress.file().acked(view.id().shard()), nowMicros);
        } catch (CometException.MissingCodec e) {
            // How old the next entry is cannot be told; how far the group is can.
            long end = view.state().endOffset();
            long from = Math.clamp(
                    progress.file().acked(view.id().shard()).orElse(0),
                    Math.min(view.state().startOffset(), end),
                    end);
            return new Lag.OfShard(view.id().shard(), from, end - from, 0, Duration.ZERO);
        }
    }
}
