package dev.cometlog;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// What of [CometStats] makes a metric, under the names that all exporters use.
///
/// Names are dotted, such as `comet.appends.entries`. Times are in seconds, points in time in seconds since 1970,
/// sizes in bytes. Metrics of a shard carry the tags `stream` and `shard`, those of a group `group` as well.
public final class CometMetrics {
    private static final double NANOS_PER_SECOND = 1e9;

    private static final List<Metric<CometStats>> LOG = List.of(
            gauge(
                    "comet.disk.allocated",
                    "bytes",
                    "What all files of the log take",
                    stats -> stats.disk().allocatedBytes()),
            gauge(
                    "comet.disk.max",
                    "bytes",
                    "What they may take: maxTotalBytes",
                    stats -> stats.disk().maxTotalBytes()),
            gauge(
                    "comet.disk.free",
                    "bytes",
                    "What the filesystem has left",
                    stats -> stats.disk().freeBytes()),
            gauge(
                    "comet.disk.min.free",
                    "bytes",
                    "What has to be left: minFreeBytes",
                    stats -> stats.disk().minFreeBytes()),
            gauge(
                    "comet.processes",
                    "",
                    "Processes that have the log open for writing",
                    stats -> stats.processes().size()));

    private static final List<Metric<CometStats.OfShard>> SHARD = List.of(
            gauge("comet.start.offset", "", "The oldest offset that is kept", CometStats.OfShard::startOffset),
            gauge(
                    "comet.durable.offset",
                    "",
                    "Below it everything survives power loss",
                    CometStats.OfShard::durableOffset),
            gauge("comet.end.offset", "", "The next offset to be assigned", CometStats.OfShard::endOffset),
            gauge(
                    "comet.unsynced.entries",
                    "",
                    "Entries that would not survive a power loss yet",
                    shard -> shard.endOffset() - shard.durableOffset()),
            gauge(
                    "comet.poisoned",
                    "",
                    "1 if a failed fsync keeps it from taking entries",
                    shard -> is(shard.poisoned())),
            gauge(
                    "comet.unreadable",
                    "",
                    "1 if it cannot be read",
                    shard -> is(shard.problem().isPresent())),
            gauge(
                    "comet.kept.entries",
                    "",
                    "Entries that are kept",
                    shard -> shard.kept().entries()),
            gauge(
                    "comet.kept.segments",
                    "",
                    "Segment files",
                    shard -> shard.kept().segments()),
            gauge(
                    "comet.kept.bytes",
                    "bytes",
                    "What its files take on the disk",
                    shard -> shard.kept().bytes()),
            gauge(
                    "comet.kept.oldest",
                    "seconds",
                    "When the oldest entry that is kept was appended",
                    shard -> seconds(shard.kept().oldest())),
            gauge(
                    "comet.kept.newest",
                    "seconds",
                    "When the newest entry was appended",
                    shard -> seconds(shard.kept().newest())),
            counter(
                    "comet.appends.entries",
                    "",
                    "Entries appended",
                    shard -> shard.appends().entries()),
            counter(
                    "comet.appends.bytes",
                    "bytes",
                    "What they took in the log, headers included",
                    shard -> shard.appends().bytes()),
            counter(
                    "comet.appends.batches",
                    "",
                    "Calls of an append",
                    shard -> shard.appends().batches()),
            counter(
                    "comet.appends.rolls",
                    "",
                    "Segments that became active",
                    shard -> shard.appends().rolls()),
            counter(
                    "comet.appends.stalls",
                    "",
                    "Appends that waited for a segment, for room or for offsets",
                    shard -> shard.appends().stalls()),
            counter(
                    "comet.appends.stall.time",
                    "seconds",
                    "How long they waited",
                    shard -> seconds(shard.appends().stallTime())),
            counter(
                    "comet.appends.lock.waits",
                    "",
                    "How often a thread waited for another one that used the shard",
                    shard -> shard.appends().lockWaits()),
            counter(
                    "comet.appends.busy",
                    "",
                    "How often one gave that up after appendTimeout",
                    shard -> shard.appends().busy()),
            counter(
                    "comet.appends.refused",
                    "",
                    "Entries refused for want of room",
                    shard -> shard.appends().refused()),
            counter(
                    "comet.appends.takeovers",
                    "",
                    "How often somebody put right what a dead holder had left",
                    shard -> shard.appends().takeOvers()),
            counter(
                    "comet.recoveries",
                    "",
                    "How often it was decided what still holds",
                    shard -> shard.appends().recoveries()),
            counter("comet.syncs", "", "Syncs", shard -> shard.syncs().count()),
            counter(
                    "comet.syncs.failures",
                    "",
                    "Syncs that failed",
                    shard -> shard.syncs().failures()),
            counter(
                    "comet.syncs.time",
                    "seconds",
                    "How long syncs took",
                    shard -> seconds(shard.syncs().time())),
            gauge(
                    "comet.syncs.longest",
                    "seconds",
                    "How long the longest took",
                    shard -> seconds(shard.syncs().longest())),
            gauge(
                    "comet.syncs.last",
                    "seconds",
                    "When the last one ended",
                    shard -> seconds(shard.syncs().last())),
            counter(
                    "comet.gone.expired",
                    "",
                    "Entries deleted after every group had read them, or that nothing protected",
                    shard -> shard.gone().expired()),
            counter(
                    "comet.gone.dropped",
                    "",
                    "Entries that a bound deleted before every group had read them",
                    shard -> shard.gone().dropped()),
            counter(
                    "comet.gone.lost",
                    "",
                    "Offsets that a power loss or the loss of files left without an entry",
                    shard -> shard.gone().lost()),
            counter(
                    "comet.gone.damaged",
                    "",
                    "Entries found not to verify",
                    shard -> shard.gone().damaged()),
            counter(
                    "comet.compression.from",
                    "bytes",
                    "Bytes before compression",
                    shard -> shard.compression().from()),
            counter(
                    "comet.compression.to",
                    "bytes",
                    "Bytes after compression",
                    shard -> shard.compression().to()),
            counter(
                    "comet.compression.time",
                    "seconds",
                    "How long compressing took",
                    shard -> seconds(shard.compression().time())));

    private static final List<Metric<CometStats.OfGroup>> GROUP = List.of(
            gauge(
                    "comet.group.acked.offset",
                    "",
                    "Everything below it is acknowledged",
                    CometStats.OfGroup::ackedOffset),
            gauge("comet.group.lag.entries", "", "Offsets not acknowledged yet", CometStats.OfGroup::lagEntries),
            gauge("comet.group.lag.bytes", "bytes", "What they take in the log", CometStats.OfGroup::lagBytes),
            gauge(
                    "comet.group.lag.age",
                    "seconds",
                    "How long ago the oldest of them was appended",
                    group -> seconds(group.lagAge())),
            gauge(
                    "comet.group.read",
                    "",
                    "1 if somebody reads the shard for the group",
                    group -> is(group.reader().isPresent())),
            counter("comet.group.acked", "", "Entries acknowledged", CometStats.OfGroup::acked),
            counter("comet.group.skipped", "", "Entries given up and skipped", CometStats.OfGroup::skipped),
            counter(
                    "comet.group.dead.letters",
                    "",
                    "Entries given up and appended to the dead letters",
                    CometStats.OfGroup::deadLettered),
            counter("comet.group.failures", "", "How often a handler threw", CometStats.OfGroup::failures),
            counter(
                    "comet.group.gaps.retention",
                    "",
                    "Offsets not delivered: expired",
                    group -> group.gaps().retention()),
            counter(
                    "comet.group.gaps.drop",
                    "",
                    "Offsets not delivered: dropped unread",
                    group -> group.gaps().drop()),
            counter(
                    "comet.group.gaps.damage",
                    "",
                    "Offsets not delivered: damaged",
                    group -> group.gaps().damage()),
            counter(
                    "comet.group.gaps.power.loss",
                    "",
                    "Offsets not delivered: lost with power",
                    group -> group.gaps().powerLoss()));

    private CometMetrics() {}

    /// How a metric moves.
    public enum Kind {
        /// Only grows, for as long as the log's files exist.
        COUNTER,
        /// Goes up and down.
        GAUGE
    }

    /// One metric.
    ///
    /// @param name dotted, in lower case
    /// @param kind how it moves
    /// @param unit `bytes`, `seconds` or empty for a number of things
    /// @param description what it tells
    /// @param value reads it; NaN if there is nothing to tell yet
    /// @param <T> what it is read from
    public record Metric<T>(String name, Kind kind, String unit, String description, ToDoubleFunction<T> value) {}

    /// The metrics of a whole log.
    public static List<Metric<CometStats>> ofLog() {
        return LOG;
    }

    /// The metrics of each shard.
    public static List<Metric<CometStats.OfShard>> ofShard() {
        return SHARD;
    }

    /// The metrics of each group in each shard.
    public static List<Metric<CometStats.OfGroup>> ofGroup() {
        return GROUP;
    }

    /// A health as the value of a gauge, called `comet.health`: 0 healthy, 1 degraded, 2 failed.
    public static int level(Health health) {
        return switch (health.status()) {
            case HEALTHY -> 0;
            case DEGRADED -> 1;
            case FAILED -> 2;
        };
    }

    private static <T> Metric<T> gauge(String name, String unit, String description, ToDoubleFunction<T> value) {
        return new Metric<>(name, Kind.GAUGE, unit, description, value);
    }

    private static <T> Metric<T> counter(String name, String unit, String description, ToDoubleFunction<T> value) {
        return new Metric<>(name, Kind.COUNTER, unit, description, value);
    }

    private static double is(boolean value) {
        return value ? 1 : 0;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS_PER_SECOND;
    }

    private static double seconds(Optional<Instant> time) {
        return time.map(instant -> instant.getEpochSecond() + instant.getNano() / NANOS_PER_SECOND)
                .orElse(Double.NaN);
    }
}
