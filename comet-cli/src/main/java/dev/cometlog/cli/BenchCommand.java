package dev.cometlog.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures for a few seconds what this machine and its disk give.
@Command(
        name = "bench",
        description = {
            "Measure for a few seconds what this machine and its disk give: appends, batches, reads and syncs.",
            "Works in a directory of its own, which it makes in DIR and deletes at the end. Run it while nothing else",
            "keeps the machine busy."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExit codes: 0 as it should be, 1 something is much slower, 2 an error.%n%nExamples:%n",
        footer = {"  comet bench -d /var/lib", "  comet bench -d /var/lib --seconds 10"})
final class BenchCommand implements Callable<Integer> {

    @Option(
            names = {"-d", "--dir"},
            paramLabel = "DIR",
            description = "Where the log would be: its disk is measured. The present directory unless given.")
    private @Nullable Path directory;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "4",
            description = "How long, all together. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Override
    public Integer call() throws IOException {
        if (seconds < 2 || seconds > 600) {
            throw new IllegalArgumentException("--seconds must be between 2 and 600: " + seconds);
        }
        Path parent = directory == null ? Path.of("") : directory;
        if (!Files.isDirectory(parent)) {
            throw new CommandFailure(parent + ": no such directory");
        }
        try (Output output = Output.standard();
                BenchDirectory place = BenchDirectory.in(parent)) {
            DiskBench bench = new DiskBench(place.path(), Duration.ofSeconds(seconds));
            boolean slow = false;
            for (DiskBench.Figure figure : bench.run()) {
                output.line("%-34s %14s   %s".formatted(figure.name(), figure.value(), figure.verdict()));
                slow |= figure.isSlow();
            }
            output.line(
                    slow
                            ? "verdict: something is much slower than it should be"
                            : "verdict: this machine is fit for a log");
            return slow ? ExitCode.NEGATIVE : ExitCode.OK;
        }
    }
}
