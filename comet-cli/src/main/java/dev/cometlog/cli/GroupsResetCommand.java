package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import dev.cometlog.Lag;
import dev.cometlog.Seek;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Moves a group to another place in its shards; only shows what it would do unless told to execute.
@Command(
        name = "reset",
        description =
                "Move a group to another place. Shows what would change; --execute changes it. The group must have"
                        + " no living members.",
        mixinStandardHelpOptions = true,
        footerHeading =
                "%nPlaces before the oldest entry mean that entry, places behind the end mean the end.%n%nExamples:%n",
        footer = {
            "  comet groups reset audit --to-earliest",
            "  comet groups reset audit --to-earliest -o json",
            "  comet groups reset audit --stream events:v1 --shard 3 --to-offset 1200 --execute",
            "  comet groups reset audit --to-datetime 2026-01-31T12:00:00Z --execute",
            "  comet groups reset audit --by-duration 10m --execute",
            "  comet groups reset audit --shift-by -100 --execute"
        })
final class GroupsResetCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Mixin
    private OutputOption format;

    @Parameters(paramLabel = "GROUP", description = "Its name.")
    private String group;

    @Option(names = "--stream", paramLabel = "STREAM", description = "Only in this stream.")
    private @Nullable String stream;

    @Option(names = "--shard", paramLabel = "N", description = "Only in this shard.")
    private @Nullable Integer shard;

    @ArgGroup(multiplicity = "1")
    private Place place;

    @Option(names = "--execute", description = "Do it, instead of only showing it.")
    private boolean execute;

    /// Where to; exactly one is given.
    static final class Place {
        @Option(names = "--to-earliest", description = "To the oldest entry that is kept.")
        private boolean earliest;

        @Option(names = "--to-latest", description = "To the end: only entries appended from now on.")
        private boolean latest;

        @Option(names = "--to-offset", paramLabel = "OFFSET", description = "To this offset in each shard.")
        private @Nullable Long offset;

        @Option(
                names = "--to-datetime",
                paramLabel = "TIME",
                converter = Datetime.class,
                description = "To the first entry appended then or later, such as 2026-01-31T12:00:00Z.")
        private @Nullable Instant datetime;

        @Option(
                names = "--by-duration",
                paramLabel = "TIME",
                converter = StreamOptions.Time.class,
                description = "To the first entry that is not older, such as 10m or -10m.")
        private @Nullable Duration duration;

        @Option(names = "--shift-by", paramLabel = "N", description = "So many entries on, or back if it is negative.")
        private @Nullable Long shift;

        /// Where that is in a shard in which the group has come to `acked`.
        long in(CometShard in, long acked, Instant now) {
            long start = in.startOffset();
            long end = in.endOffset();
            return Math.clamp(wanted(in, acked, now, start, end), Math.min(start, end), end);
        }

        private long wanted(CometShard in, long acked, Instant now, long start, long end) {
            if (offset != null) {
                return offset;
            }
            if (datetime != null) {
                return in.offsetAt(datetime);
            }
            if (duration != null) {
                return in.offsetAt(From.ago(now, duration.abs()).instant());
            }
            if (shift != null) {
                return shift < 0 ? Math.max(acked + shift, start) : acked + Math.min(shift, end - acked);
            }
            // One of the two is given: `multiplicity` sees to that.
            return earliest && !latest ? start : end;
        }
    }

    /// One change.
    record Move(String stream, int shard, long from, long to) {}

    /// What was changed, or would be.
    record Result(boolean executed, String group, List<Move> moves) {}

    @Override
    public Integer call() {
        log.existing();
        try (Comet comet = execute ? log.openToWrite(settings -> {}) : log.openToRead();
                CometConsumer consumer = comet.consumer(group);
                Output output = Output.standard()) {
            List<Move> moves = moves(comet, consumer);
            if (execute) {
                refuseIfRead(consumer, moves);
            }
            for (Move move : moves) {
                if (execute) {
                    consumer.seek(move.stream(), move.shard(), Seek.offset(move.to()));
                }
                if (!format.isJson()) {
                    output.line(move.stream() + "\t" + move.shard() + "\t" + move.from() + "\t" + move.to());
                }
            }
            if (execute) {
                consumer.sync();
            }
            if (format.isJson()) {
                RecordJson.print(output, new Result(execute, group, moves));
            }
            if (!execute) {
                output.flush();
                System.err.println("comet: nothing was changed; --execute does it");
            }
        }
        return ExitCode.OK;
    }

    private List<Move> moves(Comet comet, CometConsumer consumer) {
        Instant now = Instant.now();
        List<Move> moves = new ArrayList<>();
        for (String name : GroupsCommand.streamsOf(comet, group, stream)) {
            Names.shard(comet.stream(name), shard);
            for (Lag.OfShard of : consumer.lag(name).shards()) {
                CometShard in = comet.stream(name).shard(of.shard());
                boolean asked = shard == null || shard == of.shard();
                if (asked && in.endOffset() > 0) {
                    moves.add(new Move(name, of.shard(), of.ackedOffset(), place.in(in, of.ackedOffset(), now)));
                }
            }
        }
        return moves;
    }

    /// Before anything is moved: a group that is moved in half of its shards would be worse than either.
    private void refuseIfRead(CometConsumer consumer, List<Move> moves) {
        for (Move move : moves) {
            consumer.reader(move.stream(), move.shard()).ifPresent(reader -> {
                throw new CommandFailure("group \"" + group + "\" is read by " + reader + " in shard " + move.shard()
                        + " of stream \"" + move.stream() + "\"; end its consumers first");
            });
        }
    }
}
