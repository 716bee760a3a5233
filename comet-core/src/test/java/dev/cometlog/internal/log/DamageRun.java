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

/// Every damage to a small log that was closed, one after the other.
public final class DamageRun {
    private static final int LENGTHS_STEP = 8;
    private static final BootId OTHER_BOOT = new BootId(3, 4);

    private final Path root;
    private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
    private long damages;

    /// @param root an empty directory
    public DamageRun(Path root) {
        this.root = root;
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
    /// @param every whether each byte is damaged in three ways, each length tried and each file exchanged, or one
    ///     of the three ways at random and some lengths
    public void run(long seed, boolean every, BooleanSupplier more) throws InterruptedException {
        // On such a thread I/O is done at once, and not handed to another one.
        FutureTask<Void> runs = new FutureTask<>(() -> {
            run(new Random(seed), SmallLog.Left.CLOSED, false, every, more);
            return null;
        });
        IoThreads.newThread("damages", runs).start();
        try {
            runs.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private void run(Random random, SmallLog.Left left, boolean otherBoot, boolean every, BooleanSupplier more)
            throws IOException, InterruptedException {
        ManualTime time = new ManualTime();
        SmallLog log = SmallLog.make(root, time, left);
        Damages all = new Damages(log, random, otherBoot);
        List<Damage> chosen = new ArrayList<>(all.bytes(every));
        List<Damage> lengths = all.lengths();
        lengths.removeIf(_ -> !every && random.nextInt(LENGTHS_STEP) > 0);
        chosen.addAll(lengths);
        if (every) {
            chosen.addAll(all.files(random));
        }
        Collections.shuffle(chosen, random);
        for (Damage damage : chosen) {
            if (!more.getAsBoolean()) {
                return;
            }
            MemoryDisk disk = log.disk().copy();
            damage.apply().accept(disk);
            try {
                new DamageCase(log, disk, time, otherBoot ? OTHER_BOOT : SmallLog.BOOT, damage.hit()).check();
            } catch (IOException | RuntimeException | AssertionError e) {
                faults.add(left + (otherBoot ? ", other boot, " : ", same boot, ") + damage.name() + ": " + e);
            }
            damages++;
        }
    }
}
