package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.Lag;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Looks after consumer groups.
@Command(
        name = "groups",
        description = "List and describe consumer groups, move them to another place, delete them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            GroupsCommand.Ls.class,
            GroupsCommand.Describe.class,
            GroupsResetCommand.class,
            GroupsCommand.Delete.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  comet groups ls",
            "  comet groups describe audit",
            "  comet groups reset audit --stream events:v1 --to-datetime 2026-01-31T12:00:00Z --execute",
            "  comet groups delete audit"
        })
final class GroupsCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? See comet groups --help.");
    }

    /// The streams in which a group has begun, of all or of one.
    ///
    /// @throws CommandFailure if there is none
    static List<String> streamsOf(Comet comet, String group, @Nullable String only) {
        List<String> streams = only == null
                ? comet.streams()
                : List.of(Names.stream(comet, only).name());
        List<String> found = streams.stream()
                .filter(stream -> comet.groups(stream).contains(group))
                .toList();
        if (found.isEmpty()) {
            throw new CommandFailure("no group is called \"" + group + "\""
                    + (only == null ? "" : " in stream \"" + only + "\"")
                    + Names.suggestion(
                            group,
                            streams.stream()
                                    .flatMap(stream -> comet.groups(stream).stream())
                                    .collect(Collectors.toSet())));
        }
        return found;
    }

    /// Lists groups.
    @Command(
            name = "ls",
            description = "List the groups: stream, group, and how far it is behind in entries, bytes and seconds.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {"  comet groups ls", "  comet groups ls events:v1"})
    static final class Ls implements Callable<Integer> {

        @Mixin
        private LogDirectory log;

        @Parameters(paramLabel = "STREAM", arity = "0..1", description = "Only the groups of this stream.")
        private @Nullable String stream;

        @Override
        public Integer call() {
            try (Comet comet = log.openToRead();
                    Output output = Output.standard()) {
                for (String name : stream == null
                        ? comet.streams()
                        : List.of(Names.stream(comet, stream).name())) {
                    for (String group : comet.groups(name)) {
                        output.line(name + "\t" + group + "\t" + behind(comet, name, group));
                    }
                }
            }
            return ExitCode.OK;
        }

        private static String behind(Comet comet, String stream, String group) {
            try (CometConsumer consumer = comet.consumer(group)) {
                Lag lag = consumer.lag(stream);
                return lag.entries() + "\t" + lag.bytes() + "\t" + lag.age().toSeconds();
            }
        }
    }

    /// Describes one group.
    @Command(
            name = "describe",
            description = "Tell for each shard how far a group has come, how far it is behind, and who reads it.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {"  comet groups describe audit", "  comet groups describe audit --stream events:v1"})
    static final class Describe implements Callable<Integer> {

        @Mixin
        private LogDirectory log;

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group;

        @Option(names = "--stream", paramLabel = "STREAM", description = "Only this stream.")
        private @Nullable String stream;

        @Override
        public Integer call() {
            try (Comet comet = log.openToRead();
                    CometConsumer consumer = comet.consumer(group);
                    Output output = Output.standard()) {
                for (String name : streamsOf(comet, group, stream)) {
                    describe(consumer, name, output);
                }
            }
            return ExitCode.OK;
        }

        private static void describe(CometConsumer consumer, String stream, Output output) {
            Lag.Counts counts = consumer.counts(stream);
            output.line(stream + ": acknowledged " + counts.acked() + ", skipped " + counts.skipped()
                    + ", dead letters " + counts.deadLettered() + ", lost in gaps " + counts.gaps());
            output.line("shard\tacked\tend\tbehind\tbytes\tseconds\treader");
            for (Lag.OfShard shard : consumer.lag(stream).shards()) {
                output.line(shard.shard() + "\t" + shard.ackedOffset() + "\t" + (shard.ackedOffset() + shard.entries())
                        + "\t" + shard.entries() + "\t" + shard.bytes() + "\t"
                        + shard.age().toSeconds() + "\t"
                        + consumer.reader(stream, shard.shard()).orElse("-"));
            }
        }
    }

    /// Deletes a group.
    @Command(
            name = "delete",
            description = "Delete a group that nobody reads for: its place is forgotten, and nothing is kept for it.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {"  comet groups delete audit", "  comet groups delete audit --stream events:v1"})
    static final class Delete implements Callable<Integer> {

        @Mixin
        private LogDirectory log;

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group;

        @Option(names = "--stream", paramLabel = "STREAM", description = "Only in this stream.")
        private @Nullable String stream;

        @Override
        public Integer call() {
            log.existing();
            try (Comet comet = log.openToWrite(settings -> {});
                    CometConsumer consumer = comet.consumer(group);
                    Output output = Output.standard()) {
                for (String name : streamsOf(comet, group, stream)) {
                    if (consumer.delete(name)) {
                        output.line("deleted " + group + " in " + name);
                    }
                }
            }
            return ExitCode.OK;
        }
    }
}
