package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Shows the main job end to end: several processes append and one is killed, a reader follows, nothing is lost.
@Command(
        name = "demo",
        description = {
            "Let two processes append to 16 shards while a third one reads along, kill one of them with SIGKILL on "
                    + "the way, and prove that every acknowledged entry was read exactly as it was written.",
            "Everything happens in a temporary directory, which is deleted at the end."
        },
        mixinStandardHelpOptions = true,
        footerHeading =
                "%nExit codes: 0 proven, 1 an entry was lost or changed, 2 it did not get that far.%n%nExamples:%n",
        footer = {"  comet demo", "  comet demo --entries 100000 --keep"})
final class DemoCommand implements Callable<Integer> {
    static final String STREAM = "demo:v1";
    static final int SHARDS = 16;

    private static final int WORKERS = 2;
    private static final double KILLED_AFTER = 0.4;
    private static final long POLL_MILLIS = 2;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--entries",
            paramLabel = "N",
            defaultValue = "250000",
            description = "How many entries each process appends (default: ${DEFAULT-VALUE}).")
    private int entries;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the entries' content; random unless given.")
    private long seed = System.nanoTime();

    @Option(names = "--keep", description = "Keep the directory and print its name.")
    private boolean keep;

    private final List<DemoProcess> processes = new CopyOnWriteArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (entries < 10) {
            throw new IllegalArgumentException("--entries must be at least 10: " + entries);
        }
        Path directory = Files.createTempDirectory("comet-demo-");
        var cleaner = new Thread(
                () -> {
                    CleanStop.begin();
                    clean(directory);
                },
                "comet-demo-cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            return run(directory);
        } finally {
            // A shutdown, as by Ctrl-C, has begun when the hook cannot be taken back; then the hook cleans.
            if (removeHook(cleaner)) {
                clean(directory);
            }
        }
    }

    private int run(Path directory) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path log = directory.resolve("log");
        Path scratch = Files.createDirectory(directory.resolve("scratch"));
        try (Comet comet = Comet.open(log)) {
            comet.stream(STREAM, SHARDS);
        }
        say(
                out,
                "%d processes append log records, metrics and spans to %d shards, one more reads along."
                        .formatted(WORKERS, SHARDS));
        say(out, "directory    %s%s (seed %d)".formatted(directory, keep ? "" : ", deleted at the end", seed));

        var ledger = new DemoLedger(SHARDS);
        var follower = new DemoFollower(log, ledger);
        CompletableFuture<DemoLedger> reading = follower.start();
        long start = System.nanoTime();
        List<DemoProcess> running = new ArrayList<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            running.add(launch(log, scratch, worker, 0, entries));
        }
        DemoProcess victim = running.getFirst();
        try (var progress = new Progress()) {
            await(() -> victim.acks().count() >= entries * KILLED_AFTER, running, reading, progress);
            victim.kill();
            int told = (int) victim.acks().count();
            say(out, "kill -9      of process %d after %,d acknowledged entries".formatted(victim.pid(), told));
            running.set(0, launch(log, scratch, 0, told, entries - told));
            say(out, "restarted    as process %d".formatted(running.getFirst().pid()));
            await(() -> allDone(running), running, reading, progress);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        follower.finish();
        join(reading);
        for (DemoProcess process : running) {
            process.kill();
        }
        return report(out, log, ledger, seconds);
    }

    private int report(PrintWriter out, Path log, DemoLedger ledger, double seconds) throws IOException {
        long used = usedBytes(log);
        var reread = new DemoLedger(SHARDS);
        long start = System.nanoTime();
        double reopenMillis;
        try (Comet comet = Comet.open(log)) {
            CometStream stream = comet.stream(STREAM);
            for (int shard = 0; shard < SHARDS; shard++) {
                stream.shard(shard).endOffset();
            }
            reopenMillis = (System.nanoTime() - start) / 1e6;
            DemoFollower.readAll(stream, reread);
        }
        List<AckFile> told = processes.stream().map(DemoProcess::acks).toList();
        var alongside = new DemoProof(told, ledger, SHARDS);
        var afterwards = new DemoProof(told, reread, SHARDS);
        long acknowledged = alongside.acknowledged();
        Histogram latency = alongside.latency();
        say(out, "kill -9      of both processes at the end, so that nothing was closed");
        say(out, "appended     %,d entries in %.1f s, with the start of every JVM".formatted(acknowledged, seconds));
        say(out, "throughput   %,.0f entries/s".formatted(acknowledged / seconds));
        say(
                out,
                "append       p50 %s, p99 %s, p99.9 %s, max %s"
                        .formatted(
                                micros(latency.getValueAtPercentile(50)),
                                micros(latency.getValueAtPercentile(99)),
                                micros(latency.getValueAtPercentile(99.9)),
                                micros(latency.getMaxValue())));
        say(out, "disk used    %,.1f MiB".formatted(used / 1048576.0));
        say(out, "reopened     in %.0f ms, %d shards recovered".formatted(reopenMillis, SHARDS));
        say(
                out,
                "read         %,d entries alongside and %,d after the reopening; %,d of them were never acknowledged"
                        .formatted(ledger.count(), reread.count(), reread.count() - acknowledged));
        boolean provenAlongside = isProven(out, "alongside", alongside);
        boolean provenAfterwards = isProven(out, "after the reopening", afterwards);
        boolean proven = provenAlongside && provenAfterwards;
        if (proven) {
            say(
                    out,
                    "proven       all %,d acknowledged entries were read exactly as written, twice"
                            .formatted(acknowledged));
        }
        return proven ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private static boolean isProven(PrintWriter out, String when, DemoProof proof) {
        if (proof.missing() > 0 || proof.duplicates() > 0) {
            say(
                    out,
                    "FAILED       %s: %,d acknowledged entries lost or changed, %,d ids given twice"
                            .formatted(when, proof.missing(), proof.duplicates()));
            return false;
        }
        return true;
    }

    private DemoProcess launch(Path log, Path scratch, int worker, long first, int count) throws IOException {
        DemoProcess process = DemoProcess.start(log, scratch, worker, first, count, seed);
        processes.add(process);
        return process;
    }

    /// A condition that may find that a worker failed.
    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(
            Condition condition, List<DemoProcess> running, CompletableFuture<DemoLedger> reading, Progress progress)
            throws IOException, InterruptedException {
        while (!condition.holds()) {
            allDone(running);
            if (reading.isCompletedExceptionally()) {
                join(reading);
            }
            long told = processes.stream()
                    .mapToLong(process -> process.acks().count())
                    .sum();
            progress.show("%,d of %,d entries appended".formatted(told, (long) WORKERS * entries));
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static boolean allDone(List<DemoProcess> running) throws IOException {
        boolean done = true;
        for (DemoProcess process : running) {
            done &= process.isDone();
        }
        return done;
    }

    private static void join(CompletableFuture<DemoLedger> reading) throws InterruptedException {
        try {
            reading.get();
        } catch (ExecutionException e) {
            throw new CommandFailure("the reader failed: " + e.getCause(), e);
        }
    }

    private static long usedBytes(Path log) throws IOException {
        long[] bytes = new long[1];
        Files.walkFileTree(log, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                bytes[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }

    private static boolean removeHook(Thread hook) {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The shutdown has begun.
            return false;
        }
    }

    private void clean(Path directory) {
        try {
            for (DemoProcess process : processes) {
                process.kill();
            }
            if (keep) {
                return;
            }
            deleteTree(directory);
        } catch (IOException | InterruptedException e) {
            System.err.println("comet: " + directory + " was not deleted: " + e);
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static String micros(long nanos) {
        return "%.1f µs".formatted(nanos / 1000.0);
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
