package dev.cometlog.internal.log;

import dev.cometlog.internal.log.PowerCutStorage.PowerCut;
import java.io.IOException;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// A whole log through several power cuts in a row: streams, batches, groups, settings and retention, a cut in the
/// middle of anything, recovery, a look at all that is left, and more work on top of that. Everything follows from
/// the seed.
final class LogPowerCutRun implements CutRun {
    private final Random random;
    private final CutDisk disk;
    private final ManualTime time;
    private final Set<String> liesAt;
    private final Set<String> forcedAt = new TreeSet<>();
    private final LogPromises promises = new LogPromises();
    private int cuts;

    /// @param liesAt the places in the product whose forces do nothing
    LogPowerCutRun(long seed, CutDisk disk, ManualTime time, Set<String> liesAt) {
        this.random = new Random(seed);
        this.disk = disk;
        this.time = time;
        this.liesAt = liesAt;
    }

    @Override
    public int cuts() {
        return cuts;
    }

    @Override
    public Set<String> forcedAt() {
        return forcedAt;
    }

    @Override
    public void run(int cutsWanted) throws IOException, InterruptedException {
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
            } finally {
                forcedAt.addAll(storage.forcedAt());
            }
        }
        cuts++;
    }
}
