package dev.cometlog.cli;

import dev.cometlog.CometStats;
import dev.cometlog.internal.format.StreamName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Prints stats as tables, for people: shards, then groups if there are any.
record StatsTable(Output output) {

    void print(CometStats stats) {
        shards(stats);
        groups(stats);
    }

    private void shards(CometStats stats) {
        int width = width(
                "stream",
                stats.streams().stream().map(CometStats.OfStream::name).toList());
        String form = "%-" + width + "s %6s %14s %14s %14s %14s %9s %15s %6s %9s %12s %12s %12s %9s";
        output.line(form.formatted(
                "stream",
                "shard",
                "start",
                "durable",
                "end",
                "entries",
                "segments",
                "bytes",
                "ratio",
                "codec-s",
                "expired",
                "dropped",
                "lost",
                "refused"));
        List<String> problems = new ArrayList<>();
        for (CometStats.OfStream stream : stats.streams()) {
            for (CometStats.OfShard shard : stream.shards()) {
                output.line(form.formatted(
                        stream.name(),
                        StreamName.shardText(shard.shard()),
                        shard.startOffset(),
                        shard.durableOffset(),
                        shard.endOffset(),
                        shard.kept().entries(),
                        shard.kept().segments(),
                        shard.kept().bytes(),
                        ratio(shard.appends().bytes(), shard.compression()),
                        seconds(shard.compression()),
                        shard.gone().expired(),
                        shard.gone().dropped(),
                        shard.gone().lost(),
                        shard.appends().refused()));
                shard.problem()
                        .ifPresent(problem ->
                                problems.add(StreamName.ofShard(stream.name(), shard.shard()) + ": " + problem));
            }
        }
        output.line(form.formatted(
                "total",
                "",
                "",
                "",
                "",
                stats.sum(shard -> shard.kept().entries()),
                stats.sum(shard -> shard.kept().segments()),
                stats.sum(shard -> shard.kept().bytes()),
                ratio(stats.sum(shard -> shard.appends().bytes()), compression(stats)),
                seconds(compression(stats)),
                stats.sum(shard -> shard.gone().expired()),
                stats.sum(shard -> shard.gone().dropped()),
                stats.sum(shard -> shard.gone().lost()),
                stats.sum(shard -> shard.appends().refused())));
        problems.forEach(output::line);
    }

    private static CometStats.Compression compression(CometStats stats) {
        return new CometStats.Compression(
                stats.sum(shard -> shard.compression().from()),
                stats.sum(shard -> shard.compression().to()),
                Duration.ofNanos(stats.sum(shard -> shard.compression().time().toNanos())));
    }

    /// How many times larger everything appended would be uncompressed.
    private static String ratio(long bytes, CometStats.Compression compression) {
        return compression.from() == 0 || bytes == 0
                ? "-"
                : "%.1f".formatted((double) (bytes - compression.to() + compression.from()) / bytes);
    }

    private static String seconds(CometStats.Compression compression) {
        return compression.from() == 0
                ? "-"
                : "%.3f".formatted(compression.time().toNanos() / 1e9);
    }

    private void groups(CometStats stats) {
        List<GroupTotals> groups = GroupTotals.of(stats);
        if (groups.isEmpty()) {
            return;
        }
        int streams = width("stream", groups.stream().map(GroupTotals::stream).toList());
        int names = width("group", groups.stream().map(GroupTotals::group).toList());
        String form = "%-" + streams + "s %-" + names + "s %14s %15s %10s %14s %9s %12s %9s %9s";
        output.line("");
        output.line(form.formatted(
                "stream",
                "group",
                "behind",
                "bytes",
                "seconds",
                "acked",
                "skipped",
                "dead letters",
                "gaps",
                "failures"));
        for (GroupTotals group : groups) {
            output.line(form.formatted(
                    group.stream(),
                    group.group(),
                    group.entries(),
                    group.bytes(),
                    group.age().toSeconds(),
                    group.acked(),
                    group.skipped(),
                    group.deadLettered(),
                    group.gaps(),
                    group.failures()));
        }
    }

    private static int width(String heading, List<String> names) {
        return Math.max(
                heading.length(), names.stream().mapToInt(String::length).max().orElse(0));
    }
}
