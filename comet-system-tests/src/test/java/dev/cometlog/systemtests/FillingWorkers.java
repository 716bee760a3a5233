package dev.cometlog.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/// Several [FillingWorker] processes on one log; what they note lies on another disk than the one they fill.
final class FillingWorkers implements AutoCloseable {
    private static final int EXIT_SECONDS = 20;
    private static final Duration STANDSTILL = Duration.ofMillis(700);

    private final List<Process> processes = new ArrayList<>();
    private final Path acks;
    private final Path refusals;
    private final Path stop;
    private final Path output;

    FillingWorkers(Path scratch, Path log, int workers, int shards) throws IOException {
        acks = Files.createDirectories(scratch.resolve("acks"));
        refusals = Files.createDirectories(scratch.resolve("refusals"));
        stop = scratch.resolve("stop");
        output = scratch.resolve("output");
        for (int worker = 0; worker < workers; worker++) {
            processes.add(start(scratch, log, worker, shards));
        }
        awaitOpen(scratch.resolve(FillingWorker.GO), workers);
    }

    /// Nobody can open a log on a disk that another worker has filled already.
    private void awaitOpen(Path go, int workers) throws IOException {
        try {
            await(() -> IntStream.range(0, workers)
                    .allMatch(worker -> Files.exists(acks.resolve(Integer.toString(worker)))));
            Files.createFile(go);
        } catch (IOException | RuntimeException | Error e) {
            processes.forEach(Process::destroyForcibly);
            throw e;
        }
    }

    /// Starts one, which the caller ends.
    ///
    /// @param scratch where the others note what they are given
    /// @param options of the JVM
    static Process start(Path scratch, Path log, int worker, int shards, String... options) throws IOException {
        List<String> more = new ArrayList<>(List.of("-Xmx96m"));
        more.addAll(List.of(options));
        List<String> command = ChildJvm.command(FillingWorker.class, more);
        command.addAll(List.of(
                log.toString(),
                scratch.resolve("acks").toString(),
                scratch.resolve("refusals").toString(),
                Integer.toString(worker),
                Integer.toString(shards),
                scratch.resolve("stop").toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        scratch.resolve("output").toFile()))
                .start();
    }

    /// Waits until so many entries more were acknowledged.
    void awaitAcks(long more) throws IOException {
        long target = Acks.count(acks) + more;
        await(() -> Acks.count(acks) >= target);
    }

    /// Waits for something else, as long as all of them go on.
    void await(Callable<Boolean> condition) {
        patiently().until(() -> {
            checkAlive();
            return condition.call();
        });
    }

    /// Waits until every worker was refused once more.
    void awaitRefusals() throws IOException {
        awaitMore(FillingWorker.Refusals::all);
    }

    /// Waits until every worker was refused once more because the disk is full.
    void awaitFullDisk() throws IOException {
        awaitMore(FillingWorker.Refusals::byDisk);
    }

    private void awaitMore(ToLongFunction<FillingWorker.Refusals> kind) throws IOException {
        List<FillingWorker.Refusals> before = told();
        await(() -> {
            List<FillingWorker.Refusals> now = told();
            return IntStream.range(0, now.size())
                    .allMatch(i -> kind.applyAsLong(now.get(i)) > kind.applyAsLong(before.get(i)));
        });
    }

    /// Waits until nothing more is acknowledged.
    void awaitStandstill() {
        patiently().during(STANDSTILL).until(new Callable<>() {
            private long last = -1;

            @Override
            public Boolean call() throws IOException {
                checkAlive();
                long count = Acks.count(acks);
                boolean stands = count == last;
                last = count;
                return stands;
            }
        });
    }

    private List<FillingWorker.Refusals> told() throws IOException {
        List<FillingWorker.Refusals> told = new ArrayList<>();
        for (int worker = 0; worker < processes.size(); worker++) {
            told.add(FillingWorker.refusals(refusals, worker));
        }
        return told;
    }

    /// How often all workers together were refused.
    long refused() throws IOException {
        return told().stream().mapToLong(FillingWorker.Refusals::all).sum();
    }

    /// After how long at least one was refused.
    Duration shortestRefusal() throws IOException {
        return Duration.ofNanos(told().stream()
                .mapToLong(FillingWorker.Refusals::shortestNanos)
                .min()
                .orElseThrow());
    }

    /// What the workers printed: why they were refused, and how they failed.
    String output() throws IOException {
        return Files.readString(output);
    }

    private static ConditionFactory patiently() {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(30));
    }

    private void checkAlive() throws IOException {
        for (Process process : processes) {
            if (!process.isAlive()) {
                throw new AssertionError("a writer ended: " + output());
            }
        }
    }

    /// Ends all of them as they end by themselves, and returns what they were given.
    List<Acks.Ack> stop() throws IOException, InterruptedException {
        checkAlive();
        Files.writeString(stop, "");
        for (Process process : processes) {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("a writer did not end well: " + output());
            }
        }
        return Acks.readAll(acks);
    }

    @Override
    public void close() {
        for (Process process : processes) {
            Process _ = process.destroyForcibly().onExit().join();
        }
    }
}
