package dev.cometlog.internal.log;

import dev.cometlog.internal.log.Damages.Damage;
import dev.cometlog.internal.storage.IoThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;

/// Every damage to a small log, one after the other.
public final class DamageRun {
    private static final int LENGTHS_STEP = 8;

    private final Path root;
    private final String classPath;
    private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
    private long damages;

    /// @param root an empty directory
    /// @param classPath of processes that are started
    public DamageRun(Path root, String classPath) {
        this.root = root;
        this.classPath = classPath;
    }

    /// How many there were.
    public long damages() {
        return damages;
    }

    /// What went wrong, each with what was damaged.
    public List<String> faults() {
        return faults;
    }

    /// Tries all damages, in the order that the seed gives them, until there are none or `more` says no.
    ///
    /// @param left how the log was left, by a name of [SmallLog.Left]
    /// @param every whether each byte is damaged in three ways, each length tried and each file exchanged, or one
    ///     of the three ways at random and some lengths
    public void run(String left, long seed, boolean every, BooleanSupplier more) throws InterruptedException {
        // On such a thread I/O is done at once, and not handed to another one.
        FutureTask<Void> runs = new FutureTask<>(() -> {
            run(new Random(seed), SmallLog.Left.valueOf(left), every, more);
            return null;
        });
        IoThreads.newThread("damages", runs).start();
        try {
            runs.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private void run(Random random, SmallLog.Left left, boolean every, BooleanSupplier more)
            throws IOException, InterruptedException {
        ManualTime time = new ManualTime();
        SmallLog log = SmallLog.make(root, time, left, classPath);
        Damages all = new Damages(log, random);
        List<Damage> chosen = new ArrayList<>(all.bytes(every));
        List<Damage> lengths = all.lengths();
        lengths.removeIf(_ -> !every && random.nextInt(LENGTHS_STEP) > 0);
        chosen.addAll(lengths);
        if (every) {
            chosen.addAll(all.files(random));
        }
        Collections.shuffle(chosen, random);
        // What a power loss took is lost whatever is damaged; without it nothing is.
        chosen.addFirst(new Damage("nothing", _ -> {}, _ -> false));
        for (Damage damage : chosen) {
            if (!more.getAsBoolean()) {
                return;
            }
            MemoryDisk disk = log.disk().copy();
            damage.apply().accept(disk);
            LongPredicate mayBeLost = offset -> offset >= log.kept() && offset < log.end();
            try {
                new DamageCase(log, disk, time, mayBeLost.or(damage.hit())).check();
            } catch (IOException | RuntimeException | AssertionError e) {
                faults.add(left + ", " + damage.name() + ": " + e);
            }
            damages++;
        }
    }
}
