package dev.cometlog.cli;

import dev.cometlog.CometStats;
import dev.cometlog.Health;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToLongFunction;

/// What `comet top` shows: what two looks at a log, some time apart, tell of what is going on.
///
/// @param interval how far the two looks lie apart; everything that counts per second does so over that time
/// @param disk as it is now
/// @param appends what is being appended
/// @param syncs how it is made durable
/// @param gone entries that went, since the log was made
/// @param streams by name
/// @param groups by stream and name
record TopFigures(
        String directory,
        Instant at,
        Duration interval,
        Health.Status health,
        List<Health.Reason> reasons,
        CometStats.Disk disk,
        Appends appends,
        Syncs syncs,
        Gone gone,
        List<OfStream> streams,
        List<OfGroup> groups,
        List<OfProcess> processes) {

    /// What is being appended.
    record Appends(
            double entriesPerSecond,
            double bytesPerSecond,
            double stallsPerSecond,
            double lockWaitsPerSecond,
            long refused) {}

    /// How it is made durable.
    ///
    /// @param mean of the syncs in the interval
    /// @param p99 of all syncs so far, right to a factor of 2
    /// @param last when the last one ended
    record Syncs(
            double perSecond, Duration mean, Duration p99, Duration longest, long unsynced, Optional<Instant> last) {}

    /// Entries that are there no more, or cannot be read.
    record Gone(long expired, long dropped, long lost, long damaged, double droppedPerSecond) {}

    /// A stream.
    record OfStream(
            String name,
            int shards,
            long entries,
            long bytes,
            double entriesPerSecond,
            double bytesPerSecond,
            Optional<Instant> oldest,
            long dropped) {}

    /// A group in a stream.
    record OfGroup(
            String stream,
            String group,
            long behind,
            double behindSeconds,
            double ackedPerSecond,
            int shards,
            int read,
            long failures,
            long deadLettered,
            long gaps) {}

    /// A process that has the log open for writing.
    ///
    /// @param reads how many shards it reads for groups
    record OfProcess(
            long pid, String name, OptionalInt processId, Optional<Instant> started, boolean stopped, int reads) {}

    static TopFigures of(CometStats before, CometStats now, Health health) {
        Duration interval = Duration.between(before.at(), now.at());
        Rate rate = new Rate(before, now, Math.max(interval.toNanos() / 1e9, 1e-3));
        long syncs = rate.difference(shard -> shard.syncs().count());
        long syncNanos = rate.difference(shard -> shard.syncs().time().toNanos());
        return new TopFigures(
                now.directory().toString(),
                now.at(),
                interval,
                health.status(),
                health.reasons(),
                now.disk(),
                new Appends(
                        rate.of(shard -> shard.appends().entries()),
                        rate.of(shard -> shard.appends().bytes()),
                        rate.of(shard -> shard.appends().stalls()),
                        rate.of(shard -> shard.appends().lockWaits()),
                        now.sum(shard -> shard.appends().refused())),
                new Syncs(
                        syncs / rate.seconds,
                        syncs == 0 ? Duration.ZERO : Duration.ofNanos(syncNanos / syncs),
                        p99(now),
                        all(now).stream()
                                .map(shard -> shard.syncs().longest())
                                .max(Duration::compareTo)
                                .orElse(Duration.ZERO),
                        now.sum(shard -> shard.endOffset() - shard.durableOffset()),
                        all(now).stream()
                                .flatMap(shard -> shard.syncs().last().stream())
                                .max(Instant::compareTo)),
                new Gone(
                        now.sum(shard -> shard.gone().expired()),
                        now.sum(shard -> shard.gone().dropped()),
                        now.sum(shard -> shard.gone().lost()),
                        now.sum(shard -> shard.gone().damaged()),
                        rate.of(shard -> shard.gone().dropped())),
                streams(now, rate),
                groups(before, now, rate.seconds),
                processes(now));
    }

    /// Differences between two looks; what was not there before counts from 0.
    private record Rate(CometStats before, CometStats now, double seconds) {
        long difference(ToLongFunction<CometStats.OfShard> of) {
            return Math.max(0, now.sum(of) - before.sum(of));
        }

        double of(ToLongFunction<CometStats.OfShard> of) {
            return difference(of) / seconds;
        }

        double of(CometStats.OfStream stream, ToLongFunction<CometStats.OfShard> of) {
            long earlier = before.streams().stream()
                    .filter(candidate -> candidate.name().equals(stream.name()))
                    .mapToLong(candidate -> candidate.sum(of))
                    .sum();
            return Math.max(0, stream.sum(of) - earlier) / seconds;
        }
    }

    private static List<CometStats.OfShard> all(CometStats stats) {
        return stats.streams().stream()
                .flatMap(stream -> stream.shards().stream())
                .toList();
    }

    private static Duration p99(CometStats stats) {
        long[] sum = new long[0];
        Duration longest = Duration.ZERO;
        for (CometStats.OfShard shard : all(stats)) {
            List<Long> histogram = shard.syncs().histogram();
            sum = sum.length < histogram.size() ? Arrays.copyOf(sum, histogram.size()) : sum;
            for (int i = 0; i < histogram.size(); i++) {
                sum[i] += histogram.get(i);
            }
            longest = shard.syncs().longest().compareTo(longest) > 0
                    ? shard.syncs().longest()
                    : longest;
        }
        List<Long> together = Arrays.stream(sum).boxed().toList();
        return new CometStats.Syncs(0, 0, Duration.ZERO, longest, together, Optional.empty()).percentile(0.99);
    }

    private static List<OfStream> streams(CometStats now, Rate rate) {
        List<OfStream> rows = new ArrayList<>();
        for (CometStats.OfStream stream : now.streams()) {
            rows.add(new OfStream(
                    stream.name(),
                    stream.shardCount(),
                    stream.sum(shard -> shard.kept().entries()),
                    stream.sum(shard -> shard.kept().bytes()),
                    rate.of(stream, shard -> shard.appends().entries()),
                    rate.of(stream, shard -> shard.appends().bytes()),
                    stream.shards().stream()
                            .flatMap(shard -> shard.kept().oldest().stream())
                            .min(Instant::compareTo),
                    stream.sum(shard -> shard.gone().dropped())));
        }
        return rows;
    }

    private static List<OfGroup> groups(CometStats before, CometStats now, double seconds) {
        Map<List<String>, Long> acked = new HashMap<>();
        GroupTotals.of(before).forEach(group -> acked.put(List.of(group.stream(), group.group()), group.acked()));
        return GroupTotals.of(now).stream()
                .map(group -> new OfGroup(
                        group.stream(),
                        group.group(),
                        group.entries(),
                        group.age().toNanos() / 1e9,
                        Math.max(0, group.acked() - acked.getOrDefault(List.of(group.stream(), group.group()), 0L))
                                / seconds,
                        group.shards(),
                        group.read(),
                        group.failures(),
                        group.deadLettered(),
                        group.gaps()))
                .toList();
    }

    private static List<OfProcess> processes(CometStats now) {
        return now.processes().stream()
                .map(process -> new OfProcess(
                        process.pid(),
                        process.name(),
                        process.processId(),
                        process.started(),
                        process.stopped(),
                        reads(now, process.pid())))
                .toList();
    }

    private static int reads(CometStats stats, long pid) {
        String beginning = "process " + pid + " ";
        return (int) all(stats).stream()
                .flatMap(shard -> shard.groups().stream())
                .filter(group -> group.reader()
                        .map(reader -> reader.startsWith(beginning))
                        .orElse(false))
                .count();
    }
}
