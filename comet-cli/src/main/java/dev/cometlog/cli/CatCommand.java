package dev.cometlog.cli;

import dev.cometlog.Comet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Prints what a stream holds, once.
@Command(
        name = "cat",
        description = "Print the entries of a stream up to the end it has now.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExit codes: 0 done, 1 damaged entries were left out, 2 an error.%n%nExamples:%n",
        footer = {
            "  comet cat system:v1 --from -10m",
            "  comet cat system:v1 --shard 3 --from 1200 -n 50 -o json",
            "  comet cat system:v1 --from 2026-01-31T12:00:00Z",
            "  comet cat system:v1 --match \"ERROR|FATAL\""
        })
final class CatCommand implements Callable<Integer> {

    @Mixin
    private EntryOptions options;

    @Mixin
    private MatchOption match;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            defaultValue = "earliest",
            converter = From.Converter.class,
            description = "Where to begin: " + From.FORMS + ". Default: ${DEFAULT-VALUE}.")
    private From from;

    @Option(names = "-n", paramLabel = "N", description = "Print at most N entries.")
    private long limit = Long.MAX_VALUE;

    @Override
    public Integer call() {
        if (limit < 0) {
            throw new IllegalArgumentException("-n must be at least 0: " + limit);
        }
        try (Comet comet = options.log().openToRead();
                Output output = Output.standard()) {
            EntryPrinter printer = options.printer(output);
            var reader = new StreamReader();
            reader.add(Names.stream(comet, options.stream()), options.shard(), from, options::gap);
            reader.refresh();
            long left = limit;
            for (StoredEntry entry = left > 0 ? reader.next() : null;
                    entry != null;
                    entry = left > 0 ? reader.next() : null) {
                if (match.matches(entry)) {
                    printer.print(entry);
                    left--;
                }
            }
        }
        return options.exitCode();
    }
}
