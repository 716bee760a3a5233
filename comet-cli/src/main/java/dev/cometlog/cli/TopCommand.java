package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometStats;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows what is going on in a log, again and again.
@Command(
        name = "top",
        description = {
            "Show what is appended, how far groups are behind, what the disk takes, and who has the log open.",
            "Keys: q quit, s sort, r reverse, / filter, j k scroll, p pause. Reads only, and takes no lock."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  comet top",
            "  comet top --sort lag --filter events",
            "  comet top --once -o json | jq .appends.entriesPerSecond"
        })
final class TopCommand implements Callable<Integer> {
    /// How often the size of the terminal is looked at.
    private static final long KEY_MILLIS = 200;

    private static final int ONCE_WIDTH = 100;

    @Mixin
    private LogDirectory log;

    @Option(names = "--once", description = "Print once, after one interval, and end; -o json needs it.")
    private boolean once;

    @Mixin
    private OutputOption format;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "How often to look. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--sort",
            paramLabel = "BY",
            defaultValue = "name",
            description = "name, appends, bytes or lag. Default: ${DEFAULT-VALUE}.")
    private TopKeys.Order order;

    @Option(
            names = "--filter",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Only streams and groups whose name contains this.")
    private String filter;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!(seconds >= 0.1 && seconds <= 3600)) {
            throw new IllegalArgumentException("--interval must be between 0.1 and 3600: " + seconds);
        }
        if (format.isJson() && !once) {
            throw new IllegalArgumentException("-o json needs --once");
        }
        try (Comet comet = log.openToRead()) {
            if (once) {
                printOnce(comet);
            } else {
                show(comet);
            }
        }
        return ExitCode.OK;
    }

    private void printOnce(Comet comet) throws InterruptedException {
        CometStats before = comet.stats();
        Thread.sleep(interval());
        TopFigures figures = TopFigures.of(before, comet.stats(), comet.health());
        try (Output output = Output.standard()) {
            if (format.isJson()) {
                RecordJson.print(output, figures);
                return;
            }
            int rows = 20
                    + figures.streams().size()
                    + figures.groups().size()
                    + figures.processes().size();
            TopScreen screen = new TopScreen(ONCE_WIDTH, rows, ZoneId.systemDefault());
            screen.lines(figures, new TopKeys(order, filter)).stream()
                    .map(TopScreen.Line::text)
                    .filter(text -> !text.startsWith("q quit"))
                    .map(String::stripTrailing)
                    .reduce((first, second) -> first + "\n" + second)
                    .map(String::stripTrailing)
                    .ifPresent(output::line);
        }
    }

    private Duration interval() {
        return Duration.ofMillis((long) (seconds * 1000));
    }

    private void show(Comet comet) throws IOException {
        TopKeys keys = new TopKeys(order, filter);
        try (TopTerminal terminal = TopTerminal.open()) {
            CometStats before = comet.stats();
            TopFigures figures = TopFigures.of(before, before, comet.health());
            long next = System.nanoTime() + interval().toNanos();
            while (!keys.ended()) {
                TopScreen screen = new TopScreen(terminal.width(), terminal.height(), ZoneId.systemDefault());
                terminal.draw(screen.lines(figures, keys));
                long millis = Math.clamp((next - System.nanoTime()) / 1_000_000, 1, KEY_MILLIS);
                OptionalInt key = terminal.key(millis);
                if (key.isPresent()) {
                    boolean _ = keys.press(key.getAsInt());
                }
                if (System.nanoTime() >= next) {
                    next = System.nanoTime() + interval().toNanos();
                    if (!keys.paused()) {
                        CometStats now = comet.stats();
                        figures = TopFigures.of(before, now, comet.health());
                        before = now;
                    }
                }
            }
        }
    }
}
