package dev.cometlog.internal.log;

import dev.cometlog.internal.log.PowerCutStorage.PowerCut;
import java.io.IOException;
import java.util.Random;

/// A whole log through several power cuts in a row: streams, batches, groups, settings and retention, a cut in the
/// middle of anything, recovery, a look at all that is left, and more work on top of that. Everything follows from
/// the seed.
final class LogPowerCutRun {
    private final Random random;
    private final CutDisk disk;
    private final ManualTime time;
    private final LogPromises promises = new LogPromises();
    private int cuts;

    LogPowerCutRun(long seed, CutDisk disk, ManualTime time) {
        this.random = new Random(seed);
        this.disk = disk;
        this.time = time;
    }

    /// How many cuts there were.
    int cuts() {
        return cuts;
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
        try (PowerCutStorage storage = new PowerCutStorage(disk.storage(), disk.root(), null);
                LogLife life = new LogLife(storage, storage, disk, time, boot, promises, random)) {
            try {
                life.live();
            } catch (PowerCut e) {
                storage.dontCut();
                life.noteWhatWasVisible();
            }
        }
        cuts++;
    }
}
