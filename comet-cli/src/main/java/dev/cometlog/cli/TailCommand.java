package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Prints the end of a stream, and what is appended to it from then on.
@Command(
        name = "tail",
        description = "Print the last entries of a stream, and with -f those to come.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExit codes: 0 done, 1 damaged entries were left out, 2 an error.%n%nExamples:%n",
        footer = {
            "  comet tail -f system:v1",
            "  comet tail -n 100 system:v1",
            "  comet tail -f system:v1 --from -10m -o json",
            "  comet tail -f system:v1 --match ERROR"
        })
final class TailCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 50;
    private static final long DEFAULT_ENTRIES = 10;

    @Mixin
    private EntryOptions options;

    @Mixin
    private MatchOption match;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is appended, until interrupted.")
    private boolean follow;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            converter = From.Converter.class,
            description = "Where to begin: " + From.FORMS + ". Without it: with the last N entries.")
    private @Nullable From from;

    @Option(
            names = "-n",
            paramLabel = "N",
            description = "Begin with the last N entries, of all shards together; 10 unless --from or -n is given.")
    private @Nullable Long last;

    @Override
    public Integer call() throws InterruptedException {
        if (last != null && last < 0) {
            throw new IllegalArgumentException("-n must be at least 0: " + last);
        }
        try (Comet comet = options.log().openToRead();
                Output output = Output.standard()) {
            EntryPrinter printer = options.printer(output);
            var reader = new StreamReader();
            CometStream stream = Names.stream(comet, options.stream());
            Names.shard(stream, options.shard());
            if (from == null) {
                addLast(reader, stream, last == null ? DEFAULT_ENTRIES : last);
            } else {
                reader.add(stream, options.shard(), from, options::gap);
            }
            reader.refresh();
            printLast(reader, printer);
            output.flush();
            while (follow) {
                Thread.sleep(POLL_MILLIS);
                if (reader.refresh()) {
                    for (StoredEntry entry = reader.next(); entry != null; entry = reader.next()) {
                        print(entry, printer);
                    }
                    output.flush();
                }
            }
        }
        return options.exitCode();
    }

    /// Begins so early in each shard that the last `count` entries of the stream are among what is read.
    private void addLast(StreamReader reader, CometStream stream, long count) {
        for (int number = 0; number < stream.shardCount(); number++) {
            Integer only = options.shard();
            if (only == null || only == number) {
                CometShard shard = stream.shard(number);
                long from = Math.max(shard.startOffset(), shard.endOffset() - count);
                reader.add(shard, number, from, options::gap);
            }
        }
    }

    private void printLast(StreamReader reader, EntryPrinter printer) {
        long keep = last != null ? last : from == null ? DEFAULT_ENTRIES : Long.MAX_VALUE;
        Deque<StoredEntry> entries = new ArrayDeque<>();
        for (StoredEntry entry = reader.next(); entry != null; entry = reader.next()) {
            if (keep == Long.MAX_VALUE) {
                print(entry, printer);
                continue;
            }
            entries.add(entry);
            if (entries.size() > keep) {
                entries.removeFirst();
            }
        }
        entries.forEach(entry -> print(entry, printer));
    }

    private void print(StoredEntry entry, EntryPrinter printer) {
        if (match.matches(entry)) {
            printer.print(entry);
        }
    }
}
