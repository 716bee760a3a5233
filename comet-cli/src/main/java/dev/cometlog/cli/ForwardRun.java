package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.forward.Forwarder;
import dev.cometlog.forward.ForwarderOptions;
import dev.cometlog.forward.ForwarderStats;
import dev.cometlog.forward.Sink;
import java.time.Duration;
import java.util.List;

/// Forwards until the command is stopped or the forwarder ends with an error; shows how far it is meanwhile.
final class ForwardRun {

    /// How long what is on its way is waited for when the command is stopped.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration LOOK = Duration.ofMillis(250);
    private static final long PROBLEM_NANOS = Duration.ofSeconds(10).toNanos();

    private final List<String> streams;
    private final String group;
    private long shownNanos = System.nanoTime();
    private long shownSent;
    private long problemNanos = System.nanoTime() - PROBLEM_NANOS;
    private String problem = "";

    private ForwardRun(List<String> streams, String group) {
        this.streams = streams;
        this.group = group;
    }

    /// Makes the sink, once everything else is known to be in order.
    interface SinkMaker {
        Sink make() throws Exception;
    }

    static int run(ForwardOptions options, SinkMaker maker) throws Exception {
        ForwarderOptions settings = options.forwarderOptions();
        options.log().existing();
        try (Comet comet = options.log().openToWrite(config -> {})) {
            // An unknown name is an error: nobody should wait for one that was mistyped.
            options.streams().forEach(name -> Names.streamOrShard(comet, name));
            List<String> named = options.streams().stream()
                    .filter(name -> !name.contains("*") && !name.contains(":shard:"))
                    .toList();
            Sink sink = maker.make();
            Forwarder forwarder;
            try {
                forwarder = Forwarder.start(comet, options.group(), sink, settings);
            } catch (RuntimeException | InterruptedException e) {
                sink.close();
                throw e;
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(forwarder), "comet-end-forwarding"));
            try (forwarder) {
                new ForwardRun(named, options.group()).watch(comet, forwarder);
            }
        }
        return ExitCode.OK;
    }

    /// Waits for what is on its way, so that exactly what was confirmed is acknowledged.
    private static void stop(Forwarder forwarder) {
        CleanStop.begin();
        try {
            var _ = forwarder.stop(PATIENCE);
        } catch (InterruptedException e) {
            // Nobody interrupts a hook but a JVM that ends at once; what was not acknowledged then comes again.
            Thread.currentThread().interrupt();
        }
        forwarder.close();
    }

    private void watch(Comet comet, Forwarder forwarder) throws InterruptedException {
        try (Progress progress = new Progress();
                CometConsumer consumer = comet.consumer(group)) {
            while (!forwarder.join(LOOK)) {
                ForwarderStats stats = forwarder.stats();
                tellProblem(stats, progress);
                if (!CleanStop.isStopping()) {
                    progress.show(line(stats, behind(consumer)));
                }
            }
        }
        forwarder.failure().ifPresent(failure -> {
            throw new CommandFailure(failure.getMessage() == null ? failure.toString() : failure.getMessage(), failure);
        });
    }

    /// Names what goes wrong on standard error, where somebody will look for it; not more than every ten seconds.
    private void tellProblem(ForwarderStats stats, Progress progress) {
        long now = System.nanoTime();
        if (!stats.lastProblem().equals(problem) && now - problemNanos >= PROBLEM_NANOS) {
            problem = stats.lastProblem();
            problemNanos = now;
            progress.close();
            System.err.println("comet: " + problem);
        }
    }

    private long behind(CometConsumer consumer) {
        long entries = 0;
        for (String stream : streams) {
            entries += consumer.lag(stream).entries();
        }
        return entries;
    }

    private String line(ForwarderStats stats, long behind) {
        long now = System.nanoTime();
        double seconds = Math.max(1, now - shownNanos) / 1e9;
        long rate = Math.round((stats.sent() - shownSent) / seconds);
        shownNanos = now;
        shownSent = stats.sent();
        StringBuilder line = new StringBuilder("sent " + stats.sent() + ", " + rate + "/s");
        if (!streams.isEmpty()) {
            line.append(", behind ").append(behind);
        }
        append(line, "retries", stats.retries());
        append(line, "rejected", stats.rejected());
        append(line, "given up", stats.givenUp());
        append(line, "skipped", stats.skippedByAge());
        append(line, "missing", stats.missing());
        append(line, "waiting", stats.waiting());
        return line.toString();
    }

    private static void append(StringBuilder line, String what, long count) {
        if (count > 0) {
            line.append(", ").append(what).append(' ').append(count);
        }
    }
}
