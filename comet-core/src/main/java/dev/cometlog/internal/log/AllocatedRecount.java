package dev.cometlog.internal.log;

import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.LockFile;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Brings what counts as allocated back to what the files of the directory take, which is something else once files
/// were deleted or added by hand, or a process was killed that had reserved room.
///
/// Others reserve room, make files and delete them while they are counted, so one count proves nothing. What several in
/// a row all show to be too much, or too little, is corrected. Not thread-safe; of several processes one counts at a
/// time, or they would all correct the same.
final class AllocatedRecount {
    private static final System.Logger LOG = System.getLogger(AllocatedRecount.class.getName());

    /// How many counts must agree; they lie a minute apart, and nobody takes that long to make a file.
    static final int COUNTS = 3;

    /// What is claimed to count; no shard is called so.
    private static final int CLAIM = "comet.state: allocated".hashCode();

    private final DiskBudget budget;
    private final Storage storage;
    private final Path directory;
    private final Incarnations incarnations;

    /// The last counts, oldest first.
    private final Deque<Count> counts = new ArrayDeque<>();

    /// How much more was allocated than there was: what counts as allocated may have changed meanwhile.
    private record Count(long least, long most) {}

    AllocatedRecount(DiskBudget budget, Storage storage, Path directory, Incarnations incarnations) {
        this.budget = budget;
        this.storage = storage;
        this.directory = directory;
        this.incarnations = incarnations;
    }

    /// Counts once more, unless another process does just now.
    void run() throws IOException {
        Optional<LockFile.Held> claim = incarnations.tryRecovery(CLAIM);
        if (claim.isEmpty()) {
            forget();
            return;
        }
        try (LockFile.Held _ = claim.get()) {
            count();
        }
    }

    /// Takes the last counts for nothing, as when room is known to be reserved for long.
    void forget() {
        counts.clear();
    }

    private void count() throws IOException {
        long before = budget.allocatedBytes();
        long present = new DirectoryCount(storage).presentTree(directory);
        long after = budget.allocatedBytes();
        counts.add(new Count(Math.min(before, after) - present, Math.max(before, after) - present));
        if (counts.size() < COUNTS) {
            return;
        }
        long surplus = counts.stream().mapToLong(Count::least).min().orElse(0);
        long lack = -counts.stream().mapToLong(Count::most).max().orElse(0);
        if (surplus > 0 || lack > 0) {
            budget.correct(surplus > 0 ? -surplus : lack);
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}: {1,number,#} bytes counted as allocated too {2}; corrected to {3,number,#}",
                    directory,
                    Math.max(surplus, lack),
                    surplus > 0 ? "much" : "little",
                    budget.allocatedBytes());
            counts.clear();
        } else {
            counts.removeFirst();
        }
    }
}
