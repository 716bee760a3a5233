package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.ShardPaths;
import dev.cometlog.internal.log.ShardState;
import dev.cometlog.internal.log.ShardView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/// Shows how much each shard holds.
@Command(
        name = "stats",
        description = {
            "Show offsets, entries, segments and bytes of every shard that was appended to, how many times smaller its",
            "codec made what was appended (ratio) and in how many seconds (codec-s), how many entries went and why, and",
            "what bounds streams and directory have."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  comet stats", "  comet stats orders:v1 -o json"})
final class StatsCommand implements Callable<Integer> {
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    @Mixin
    private LogDirectory log;

    @Parameters(arity = "0..1", paramLabel = "STREAM", description = "Only this stream.")
    private @Nullable String only;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table or json. Default: ${DEFAULT-VALUE}.")
    private Format format;

    private enum Format {
        table,
        json
    }

    private record Row(
            String stream,
            int shard,
            long start,
            long durable,
            long end,
            long entries,
            int segments,
            long bytes,
            Compressed compressed,
            Gone gone) {}

    /// What the shard's codec made of what it was given, and how long that took.
    private record Compressed(long bytes, long from, long to, long nanos) {
        static final Compressed NOTHING = new Compressed(0, 0, 0, 0);

        static Compressed of(ShardState state) {
            return new Compressed(
                    state.counter(ShardState.Counter.BYTES),
                    state.counter(ShardState.Counter.COMPRESSED_FROM),
                    state.counter(ShardState.Counter.COMPRESSED_TO),
                    state.counter(ShardState.Counter.COMPRESS_NANOS));
        }

        Compressed plus(Compressed other) {
            return new Compressed(bytes + other.bytes, from + other.from, to + other.to, nanos + other.nanos);
        }

        /// How many times larger everything appended would be uncompressed.
        double ratio() {
            return bytes == 0 ? 1 : (double) (bytes - to + from) / bytes;
        }

        String ratioText() {
            return from == 0 ? "-" : "%.1f".formatted(ratio());
        }

        String secondsText() {
            return from == 0 ? "-" : "%.3f".formatted(nanos / 1e9);
        }
    }

    /// What a shard holds no more, or never took.
    private record Gone(long expired, long dropped, long lost, long refused) {
        static Gone of(ShardState state) {
            return new Gone(
                    state.counter(ShardState.Counter.EXPIRED),
                    state.counter(ShardState.Counter.DROPPED),
                    state.counter(ShardState.Counter.LOST),
                    state.counter(ShardState.Counter.REFUSED));
        }
    }

    @Override
    public Integer call() throws IOException {
        List<Row> rows = new ArrayList<>();
        try (Comet comet = log.openToRead();
                OpenLog inside = OpenLog.toRead(log.existing());
                Output output = Output.standard()) {
            List<String> streams = only == null ? comet.streams() : List.of(only);
            for (String name : streams) {
                addRows(comet.stream(name), inside.stream(name), rows);
            }
            BoundsReport bounds = BoundsReport.of(inside, streams);
            if (format == Format.json) {
                json(output, rows, bounds);
            } else {
                table(output, rows);
                bounds.print(output);
            }
        }
        return ExitCode.OK;
    }

    private static void addRows(CometStream stream, LogStream inside, List<Row> rows) throws IOException {
        for (int number = 0; number < stream.shardCount(); number++) {
            ShardView view = inside.view(number).orElse(null);
            if (view == null) {
                continue;
            }
            CometShard shard = stream.shard(number);
            int segments = 0;
            long bytes = 0;
            for (Path file : LogVerifier.list(view.paths().directory())) {
                if (Files.isRegularFile(file)) {
                    segments += ShardPaths.segmentBase(file.getFileName().toString())
                                    .isPresent()
                            ? 1
                            : 0;
                    bytes += Files.size(file);
                }
            }
            rows.add(new Row(
                    stream.name(),
                    number,
                    shard.startOffset(),
                    shard.durableOffset(),
                    shard.endOffset(),
                    shard.length(),
                    segments,
                    bytes,
                    Compressed.of(view.state()),
                    Gone.of(view.state())));
        }
    }

    private static void table(Output output, List<Row> rows) {
        int width = Math.max(
                6, rows.stream().mapToInt(row -> row.stream().length()).max().orElse(0));
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
        for (Row row : rows) {
            output.line(form.formatted(
                    row.stream(),
                    StreamName.shardText(row.shard()),
                    row.start(),
                    row.durable(),
                    row.end(),
                    row.entries(),
                    row.segments(),
                    row.bytes(),
                    row.compressed().ratioText(),
                    row.compressed().secondsText(),
                    row.gone().expired(),
                    row.gone().dropped(),
                    row.gone().lost(),
                    row.gone().refused()));
        }
        Compressed all = rows.stream().map(Row::compressed).reduce(Compressed.NOTHING, Compressed::plus);
        output.line(form.formatted(
                "total",
                "",
                "",
                "",
                "",
                rows.stream().mapToLong(Row::entries).sum(),
                rows.stream().mapToInt(Row::segments).sum(),
                rows.stream().mapToLong(Row::bytes).sum(),
                all.ratioText(),
                all.secondsText(),
                rows.stream().mapToLong(row -> row.gone().expired()).sum(),
                rows.stream().mapToLong(row -> row.gone().dropped()).sum(),
                rows.stream().mapToLong(row -> row.gone().lost()).sum(),
                rows.stream().mapToLong(row -> row.gone().refused()).sum()));
    }

    private static void json(Output output, List<Row> rows, BoundsReport bounds) {
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), output)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("shards");
            for (Row row : rows) {
                json.writeStartObject();
                json.writeStringProperty("stream", row.stream());
                json.writeNumberProperty("shard", row.shard());
                json.writeNumberProperty("startOffset", row.start());
                json.writeNumberProperty("durableOffset", row.durable());
                json.writeNumberProperty("endOffset", row.end());
                json.writeNumberProperty("entries", row.entries());
                json.writeNumberProperty("segments", row.segments());
                json.writeNumberProperty("bytes", row.bytes());
                json.writeNumberProperty("compressedFrom", row.compressed().from());
                json.writeNumberProperty("compressedTo", row.compressed().to());
                json.writeNumberProperty("compressNanos", row.compressed().nanos());
                json.writeNumberProperty("compressionRatio", row.compressed().ratio());
                json.writeNumberProperty("expired", row.gone().expired());
                json.writeNumberProperty("dropped", row.gone().dropped());
                json.writeNumberProperty("lost", row.gone().lost());
                json.writeNumberProperty("refused", row.gone().refused());
                json.writeEndObject();
            }
            json.writeEndArray();
            bounds.write(json);
            json.writeEndObject();
        }
        output.write('\n');
    }
}
