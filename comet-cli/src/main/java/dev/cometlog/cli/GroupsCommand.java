package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.Lag;
import java.time.Duration;
import java.util.ArrayList;
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
            "  comet groups ls -o json",
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
            footer = {
                "  comet groups ls",
                "  comet groups ls events:v1",
                "  comet groups ls -o json | jq '.[] | select(.lagAgeSeconds > 60)'"
            })
    static final class Ls implements Callable<Integer> {

        @Mixin
        private LogDirectory log;

        @Mixin
        private OutputOption format;

        @Parameters(paramLabel = "STREAM", arity = "0..1", description = "Only the groups of this stream.")
        private @Nullable String stream;

        /// One line.
        record Listed(String stream, String group, long lagEntries, long lagBytes, Duration lagAge) {

            static Listed of(Comet comet, String stream, String group) {
                try (CometConsumer consumer = comet.consumer(group)) {
                    Lag lag = consumer.lag(stream);
                    return new Listed(stream, group, lag.entries(), lag.bytes(), lag.age());
                }
            }

            String line() {
                return stream + "\t" + group + "\t" + lagEntries + "\t" + lagBytes + "\t" + lagAge.toSeconds();
            }
        }

        @Override
        public Integer call() {
            try (Comet comet = log.openToRead();
                    Output output = Output.standard()) {
                List<String> streams = stream == null
                        ? comet.streams()
                        : List.of(Names.stream(comet, stream).name());
                List<Listed> groups = streams.stream()
                        .flatMap(name -> comet.groups(name).stream().map(group -> Listed.of(comet, name, group)))
                        .toList();
                if (format.isJson()) {
                    RecordJson.print(output, groups);
                } else {
                    groups.forEach(group -> output.line(group.line()));
                }
            }
            return ExitCode.OK;
        }
    }

    /// Describes one group.
    @Command(
            name = "describe",
            description = "Tell for each shard how far a group has come, how far it is behind, and who reads it.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  comet groups describe audit",
                "  comet groups describe audit --stream events:v1",
                "  comet groups describe audit -o json"
            })
    static final class Describe implements Callable<Integer> {

        @Mixin
        private LogDirectory log;

        @Mixin
        private OutputOption format;

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group;

        @Option(names = "--stream", paramLabel = "STREAM", description = "Only this stream.")
        private @Nullable String stream;

        @Override
        public Integer call() {
            try (Comet comet = log.openToRead();
                    CometConsumer consumer = comet.consumer(group);
                    Output output = Output.standard()) {
                List<GroupDescription> streams = streamsOf(comet, group, stream).stream()
                        .map(name -> GroupDescription.of(consumer, group, name))
                        .toList();
                if (format.isJson()) {
                    RecordJson.print(output, streams);
                } else {
                    streams.forEach(description -> description.print(output));
                }
            }
            return ExitCode.OK;
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

        @Mixin
        private OutputOption format;

        @Parameters(paramLabel = "GROUP", description = "Its name.")
        private String group;

        @Option(names = "--stream", paramLabel = "STREAM", description = "Only in this stream.")
        private @Nullable String stream;

        /// One line.
        record Deleted(String stream, String group) {}

        @Override
        public Integer call() {
            log.existing();
            try (Comet comet = log.openToWrite(settings -> {});
                    CometConsumer consumer = comet.consumer(group);
                    Output output = Output.standard()) {
                List<Deleted> deleted = new ArrayList<>();
                for (String name : streamsOf(comet, group, stream)) {
                    if (consumer.delete(name)) {
                        deleted.add(new Deleted(name, group));
                        if (!format.isJson()) {
                            output.line("deleted " + group + " in " + name);
                        }
                    }
                }
                if (format.isJson()) {
                    RecordJson.print(output, deleted);
                }
            }
            return ExitCode.OK;
        }
    }
}
