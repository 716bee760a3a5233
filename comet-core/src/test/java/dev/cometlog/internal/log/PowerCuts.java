package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.IoThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/// Power cuts of whole logs, one seed after the other.
public final class PowerCuts {
    private static final int CUTS_IN_A_ROW = 6;

    private final Path directory;
    private final boolean real;
    private final AtomicLong seeds;
    private long cuts;

    private PowerCuts(AtomicLong seeds, Path directory, boolean real) {
        this.seeds = seeds;
        this.directory = directory;
        this.real = real;
    }

    /// Cuts of logs whose files are memory.
    ///
    /// @param directory an empty one
    public static PowerCuts inMemory(long firstSeed, Path directory) {
        return inMemory(new AtomicLong(firstSeed), directory);
    }

    /// The same for one of several threads, which take their seeds from one counter and have a directory each.
    public static PowerCuts inMemory(AtomicLong seeds, Path directory) {
        return new PowerCuts(seeds, directory, false);
    }

    /// Cuts of logs on a real file system.
    public static PowerCuts onDisk(long firstSeed, Path directory) {
        return onDisk(new AtomicLong(firstSeed), directory);
    }

    /// The same for one of several threads.
    public static PowerCuts onDisk(AtomicLong seeds, Path directory) {
        return new PowerCuts(seeds, directory, true);
    }

    /// How many cuts there were.
    public long cuts() {
        return cuts;
    }

    /// Where another run goes on.
    public long nextSeed() {
        return seeds.get();
    }

    /// Goes on as long as the number of cuts so far says so.
    ///
    /// @throws AssertionError naming the seed, when a promise was broken
    public void run(LongPredicate more) throws IOException, InterruptedException {
        // On such a thread I/O is done at once, and not handed to another one.
        FutureTask<Void> runs = new FutureTask<>(() -> {
            while (more.test(cuts)) {
                runSeed(seeds.getAndIncrement());
            }
            return null;
        });
        IoThreads.newThread("power-cuts", runs).start();
        try {
            runs.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private void runSeed(long seed) {
        ManualTime time = new ManualTime();
        LogPowerCutRun run = new LogPowerCutRun(
                seed, real ? CutDisk.real(directory) : CutDisk.inMemory(directory, time), time, Set.of());
        try {
            run.run(CUTS_IN_A_ROW);
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            cuts += run.cuts() + 1;
            throw new AssertionError("power cut " + (run.cuts() + 1) + " of seed " + seed, e);
        }
        cuts += run.cuts();
    }

    /// Arguments: first seed, cuts, directory, `memory` or `disk`. For a look at one seed.
    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[2]), "power-cuts");
        long wanted = Long.parseLong(args[1]);
        PowerCuts cuts = args[3].equals("disk")
                ? onDisk(Long.parseLong(args[0]), directory)
                : inMemory(Long.parseLong(args[0]), directory);
        long started = System.nanoTime();
        try {
            cuts.run(done -> done < wanted);
        } finally {
            System.out.println(
                    cuts.cuts() + " cuts, " + (System.nanoTime() - started) / 1e9 + " s, next seed " + cuts.nextSeed());
            PowerCutStorage.deleteTree(directory);
        }
    }
}
