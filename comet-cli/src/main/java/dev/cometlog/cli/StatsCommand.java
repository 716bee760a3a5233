package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometStats;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/// Shows what a log holds and what has happened to it.
@Command(
        name = "stats",
        description = {
            "Show offsets, entries, segments and bytes of every shard that was appended to, how many times smaller its",
            "codec made what was appended (ratio) and in how many seconds (codec-s), how many entries went and why,",
            "how far groups are behind, and what bounds streams and directory have.",
            "json and prometheus tell more: times of syncs, stalls, waits for locks, damage and gaps by reason."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  comet stats",
            "  comet stats orders:v1 -o json",
            "  comet stats -o prometheus > /var/lib/node_exporter/comet.prom"
        })
final class StatsCommand implements Callable<Integer> {
    @Mixin
    private LogDirectory log;

    @Parameters(arity = "0..1", paramLabel = "STREAM", description = "Only this stream.")
    private @Nullable String only;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or prometheus. Default: ${DEFAULT-VALUE}.")
    private Format format;

    private enum Format {
        table,
        json,
        prometheus
    }

    @Override
    public Integer call() {
        try (Comet comet = log.openToRead();
                OpenLog inside = OpenLog.toRead(log.existing());
                Output output = Output.standard()) {
            CometStats stats = of(comet);
            List<String> names =
                    stats.streams().stream().map(CometStats.OfStream::name).toList();
            switch (format) {
                case table -> {
                    new StatsTable(output).print(stats);
                    BoundsReport.of(inside, names).print(output);
                }
                case json -> json(output, stats, BoundsReport.of(inside, names));
                case prometheus -> new PrometheusText(output).write(stats, comet.health());
            }
        }
        return ExitCode.OK;
    }

    private CometStats of(Comet comet) {
        String name = only;
        if (name == null) {
            return comet.stats();
        }
        Names.stream(comet, name);
        CometStats stats = comet.stats();
        return new CometStats(
                stats.at(),
                stats.directory(),
                stats.disk(),
                stats.processes(),
                stats.streams().stream()
                        .filter(stream -> stream.name().equals(name))
                        .toList());
    }

    private static void json(Output output, CometStats stats, BoundsReport bounds) {
        try (JsonGenerator json = RecordJson.FACTORY.createGenerator(ObjectWriteContext.empty(), output)) {
            RecordJson records = new RecordJson(json);
            json.writeStartObject();
            records.property("at", stats.at());
            json.writeArrayPropertyStart("shards");
            for (CometStats.OfStream stream : stats.streams()) {
                for (CometStats.OfShard shard : stream.shards()) {
                    json.writeStartObject();
                    json.writeStringProperty("stream", stream.name());
                    records.properties(shard);
                    flat(json, shard);
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            records.property("processes", stats.processes());
            bounds.write(json);
            json.writeEndObject();
        }
        output.write('\n');
    }

    /// What is asked for most, without having to look for it.
    private static void flat(JsonGenerator json, CometStats.OfShard shard) {
        json.writeNumberProperty("entries", shard.kept().entries());
        json.writeNumberProperty("segments", shard.kept().segments());
        json.writeNumberProperty("bytes", shard.kept().bytes());
        json.writeNumberProperty("expired", shard.gone().expired());
        json.writeNumberProperty("dropped", shard.gone().dropped());
        json.writeNumberProperty("lost", shard.gone().lost());
        json.writeNumberProperty("refused", shard.appends().refused());
    }
}
