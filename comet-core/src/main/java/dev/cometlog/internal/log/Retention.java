package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Overflow;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Keeps the whole directory within its bounds: every shard of every stream on the disk, also those that nobody
/// has opened since start.
///
/// `maxTotalBytes` takes the oldest segment of the directory first, wherever it lies. `minFreeBytes` only stops
/// growth: a new segment must first free as much of our own, and nothing is deleted because others fill the disk.
final class Retention implements SpacePolicy {
    private static final System.Logger LOG = System.getLogger(Retention.class.getName());

    private final Supplier<List<Shard>> shards;
    private final DiskBudget budget;
    private final ClockSteps clock;
    private final TimeSource time;

    /// One run at a time in this process; appenders that make room do not wait for it.
    private final ReentrantLock turn = new ReentrantLock();

    /// What each shard last failed with, so that it is told once.
    private final Map<ShardId, String> failures = new ConcurrentHashMap<>();

    /// @param shards all that exist, opened
    Retention(Supplier<List<Shard>> shards, DiskBudget budget, ClockSteps clock, TimeSource time) {
        this.shards = shards;
        this.budget = budget;
        this.clock = clock;
        this.time = time;
    }

    /// Deletes what is too old or too much, of all shards. One that fails does not keep it from the others.
    Retained run(boolean dryRun) {
        clock.observe();
        turn.lock();
        try {
            List<Shard> all = shards.get();
            return dryRun ? plan(all) : runAll(all).plus(shrink(all));
        } finally {
            turn.unlock();
        }
    }

    /// One shard behind the other, and gently: expiry has time.
    private Retained runAll(List<Shard> all) {
        Retained sum = Retained.NOTHING;
        for (Shard shard : all) {
            sum = sum.plus(runOne(shard));
        }
        return sum;
    }

    private Retained runOne(Shard shard) {
        try {
            Retained retained = shard.retention().run(false, SegmentDeletion.Pace.GENTLY);
            String _ = failures.remove(shard.id());
            return retained;
        } catch (CometException e) {
            failed(shard.id(), e);
            return Retained.NOTHING;
        }
    }

    /// What a run would delete.
    private Retained plan(List<Shard> all) {
        Retained sum = Retained.NOTHING;
        List<OldestFirst.Backlog> left = new ArrayList<>();
        for (OldestFirst.Backlog backlog : backlogs(all, true)) {
            try {
                int count = backlog.shard().retention().doomed(backlog.sealed(), backlog.protectedFrom());
                sum = sum.plus(Retained.of(backlog.first(count).sealed(), backlog.protectedFrom()));
                left.add(backlog.without(count));
            } catch (IOException e) {
                failed(backlog.shard().id(), e);
            }
        }
        for (OldestFirst.Backlog chosen : OldestFirst.chooseUpTo(left, budget.bytesOverBound() - sum.bytes())) {
            sum = sum.plus(Retained.of(chosen.sealed(), chosen.protectedFrom()));
        }
        return sum;
    }

    /// Comes back within a bound that was lowered, as far as segments may go.
    private Retained shrink(List<Shard> all) {
        Retained sum = Retained.NOTHING;
        boolean refreshed = false;
        while (budget.bytesOverBound() > 0) {
            // What another has given up but not deleted yet takes room still, and nothing is to go in its place.
            if (unlinkPending(all)) {
                continue;
            }
            @Nullable Retained gone = delete(OldestFirst.chooseUpTo(backlogs(all, true), budget.bytesOverBound()));
            if (gone != null) {
                sum = sum.plus(gone);
            } else if (refreshed) {
                return sum;
            } else {
                refreshed = true;
                all.forEach(this::refresh);
            }
        }
        return sum;
    }

    void failed(ShardId shard, Exception e) {
        String cause = e.toString();
        if (!cause.equals(failures.put(shard, cause))) {
            LOG.log(System.Logger.Level.WARNING, "retention of " + shard + " failed; it is tried again", e);
        }
    }

    @Override
    public void makeRoom(DiskBudget unused, Request request) {
        SpaceWait wait = new SpaceWait(request.settings(), time, request.mayWait());
        boolean mayDrop = request.settings().overflow() == Overflow.DROP_OLDEST;
        long freed = 0;
        boolean refreshed = false;
        while (true) {
            long before = budget.allocatedBytes();
            if (budget.tryReserve(request.bytes(), freed)) {
                return;
            }
            // Where the disk is full, nothing is given up for a segment that nobody needs yet.
            boolean inVain = budget.wouldFillDisk(request.bytes()) && !request.mayWait();
            long missing = budget.bytesToFree(request.bytes(), freed);
            if (missing <= 0) {
                continue;
            }
            boolean refresh = refreshed;
            @Nullable Retained gone = inVain ? null : elsewhere(() -> free(missing, mayDrop, refresh));
            // What another thread or process deletes meanwhile is nothing for us to delete, and room all the same.
            boolean othersFreed = budget.allocatedBytes() < before;
            if (gone != null) {
                freed += gone.bytes();
                refreshed = false;
            } else if (!refreshed && !inVain) {
                refreshed = true;
            } else if (othersFreed || wait.again()) {
                refreshed = false;
            } else {
                throw budget.refusal(request.bytes());
            }
        }
    }

    @Override
    public boolean makeRoomOnDisk(Request request) {
        boolean mayDrop = request.settings().overflow() == Overflow.DROP_OLDEST;
        long bytes = DiskBudget.rounded(request.bytes());
        return elsewhere(() -> free(bytes, mayDrop, true)) != null;
    }

    /// Deletes what frees that much; null if there is not that much, and then nothing.
    ///
    /// @param refresh lets go first of what only a newer checkpoint makes deletable
    private @Nullable Retained free(long bytes, boolean mayDrop, boolean refresh) {
        List<Shard> all = shards.get();
        if (unlinkPending(all)) {
            return Retained.NOTHING;
        }
        if (refresh) {
            all.forEach(this::refresh);
        }
        Retained gone = delete(OldestFirst.choose(backlogs(all, mayDrop), bytes));
        // What another has published meanwhile was not among these, and is not deleted yet.
        return gone == null && unlinkPending(all) ? Retained.NOTHING : gone;
    }

    private boolean unlinkPending(List<Shard> all) {
        boolean any = false;
        for (Shard shard : all) {
            try {
                any |= shard.retention().unlinkPending();
            } catch (CometException | IOException e) {
                failed(shard.id(), e);
            }
        }
        return any;
    }

    /// Appenders need room, but must not open shards, force state pages or unlink files themselves: an interrupt
    /// would end that half-way.
    private static @Nullable Retained elsewhere(IoThreads.Operation<@Nullable Retained> work) {
        try {
            return IoThreads.call(work);
        } catch (IOException e) {
            throw IoErrors.typed("making room", e);
        }
    }

    /// Lets go of sealed segments that only a newer checkpoint makes deletable.
    private void refresh(Shard shard) {
        try {
            if (shard.retention().isCheckpointBehind()) {
                shard.retention().refreshCheckpoint();
            }
        } catch (CometException | IOException e) {
            failed(shard.id(), e);
        }
    }

    /// What each shard could give. Only its own stream's policy and the wanting one's together drop what is unread.
    private List<OldestFirst.Backlog> backlogs(List<Shard> all, boolean mayDrop) {
        List<OldestFirst.Backlog> backlogs = new ArrayList<>();
        for (Shard shard : all) {
            try {
                backlogs.add(new OldestFirst.Backlog(
                        shard,
                        shard.retention().sealed(),
                        shard.retention().protectedFrom(),
                        mayDrop && shard.settings().overflow() == Overflow.DROP_OLDEST));
            } catch (CometException | IOException e) {
                failed(shard.id(), e);
            }
        }
        return backlogs;
    }

    /// What this deleted of the chosen, which is nothing where another was faster; null if nothing was chosen, or
    /// every shard failed.
    private @Nullable Retained delete(List<OldestFirst.Backlog> chosen) {
        Retained sum = null;
        for (OldestFirst.Backlog backlog : chosen) {
            try {
                Retained gone = backlog.shard()
                        .retention()
                        .delete(backlog.sealed(), backlog.protectedFrom(), SegmentDeletion.Pace.AT_ONCE);
                sum = sum == null ? gone : sum.plus(gone);
            } catch (CometException | IOException e) {
                failed(backlog.shard().id(), e);
            }
        }
        return sum;
    }
}
