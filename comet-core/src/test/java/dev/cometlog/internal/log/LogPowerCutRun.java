package dev.cometlog.internal.log;

import dev.cometlog.internal.log.PowerCutStorage.PowerCut;
import java.io.IOException;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A whole log through several power cuts in a row: streams, batches, groups, settings and retention, a cut in the
/// middle of anything, recovery, a look at all that is left, and more work on top of that. Everything follows from
/// the seed.
final class LogPowerCutRun {
    private final Random random;
    private final CutDisk disk;
    private final ManualTime time;
    private final @Nullable String liesAt;
    private final LogPromises promises = new LogPromises();
    private final Set<String> forcedAt = new TreeSet<>();
    private int cuts;

    /// @param liesAt the place in the product whose force does nothing; null if all are honest
    LogPowerCutRun(long seed, CutDisk disk, ManualTime time, @Nullable String liesAt) {
        this.random = new Random(seed);
        this.disk = disk;
        this.time = time;
        this.liesAt = liesAt;
    }

    /// How many cuts there were.
    int cuts() {
        return cuts;
    }

    /// The places in the product that forced anything, and what.
    Set<String> forcedAt() {
        return forcedAt;
    }

    void run(int cutsWanted) throws IOException, InterruptedException {
        disk.clear();
        while (cuts < cutsWanted) {
            live();
        }
    }

    /// From one cut to the next.
    private void live() throws IOException, InterruptedException {
        BootId boot = new BootId(cuts + 1, 7);
        try (PowerCutStorage storage = new PowerCutStorage(disk.storage(), disk.root(), liesAt);
                LogLife life = new LogLife(storage, storage, disk, time, boot, promises, random)) {
            try {
                life.live();
            } catch (PowerCut e) {
                storage.dontCut();
                life.noteWhatWasVisible();
            }
            forcedAt.addAll(storage.forcedAt());
        }
        cuts++;
    }
}
