package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Overflow;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
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
            Retained sum = Retained.NOTHING;
            List<Shard> all = shards.get();
            for (Shard shard : all) {
                sum = sum.plus(runOne(shard, dryRun));
            }
            return dryRun ? sum : sum.plus(shrink(all));
        } finally {
            turn.unlock();
        }
    }

    /// Comes back within a bound that was lowered, as far as segments may go.
    private Retained shrink(List<Shard> all) {
        Retained sum = Retained.NOTHING;
        boolean refreshed = false;
        while (budget.isOverBound()) {
            Retained gone = freeOldest(all, true);
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

    private Retained runOne(Shard shard, boolean dryRun) {
        try {
            Retained retained = shard.retain(dryRun);
            String _ = failures.remove(shard.id());
            return retained;
        } catch (CometException e) {
            failed(shard.id(), e);
            return Retained.NOTHING;
        }
    }

    void failed(ShardId shard, Exception e) {
        String cause = e.toString();
        if (!cause.equals(failures.put(shard, cause))) {
            LOG.log(System.Logger.Level.WARNING, "retention of " + shard + " failed; it is tried again", e);
        }
    }

    @Override
    public void makeRoom(DiskBudget budget, Request request) {
        SpaceWait wait = new SpaceWait(request.settings(), time, request.mayWait());
        boolean mayDrop = request.settings().overflow() == Overflow.DROP_OLDEST;
        long freed = 0;
        boolean refreshed = false;
        List<Shard> all = shards.get();
        while (!budget.tryReserve(request.bytes(), freed)) {
            boolean inVain = budget.wouldFillDisk(request.bytes())
                    && (!request.mayWait() || freed + deletableBytes(all, mayDrop) < request.bytes());
            Retained gone = inVain ? null : freeOldest(all, mayDrop);
            if (gone != null) {
                freed += gone.bytes();
                refreshed = false;
            } else if (!refreshed) {
                refreshed = true;
                all.forEach(this::refresh);
            } else if (wait.again()) {
                refreshed = false;
            } else {
                throw budget.refusal(request.bytes());
            }
        }
    }

    /// What could be freed at all. Where the disk is full, nothing is given up for what would not fit then either.
    private long deletableBytes(List<Shard> all, boolean mayDrop) {
        long bytes = 0;
        for (Shard shard : all) {
            try {
                long protectedFrom = shard.retention().protectedFrom();
                for (SealedSegment segment : shard.retention().sealed()) {
                    if (isAllowed(new Candidate(shard, segment, protectedFrom), mayDrop)) {
                        bytes += segment.diskBytes();
                    }
                }
            } catch (CometException | IOException e) {
                failed(shard.id(), e);
            }
        }
        return bytes;
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

    /// The oldest segment of a shard, and what groups have not read there.
    private record Candidate(Shard shard, SealedSegment segment, long protectedFrom) {
        boolean isProtected() {
            return RetentionPolicy.isProtected(segment, protectedFrom);
        }
    }

    /// Deletes the oldest segment of the directory that may go: what is protected comes last, and only under
    /// the policy that drops it, of its own stream too. Null if nothing may go.
    private @Nullable Retained freeOldest(List<Shard> all, boolean mayDrop) {
        Candidate best = null;
        for (Shard shard : all) {
            Candidate candidate = candidate(shard);
            if (candidate != null && isAllowed(candidate, mayDrop) && isBetter(candidate, best)) {
                best = candidate;
            }
        }
        if (best == null) {
            return null;
        }
        try {
            return best.shard().retention().delete(List.of(best.segment()), best.protectedFrom());
        } catch (CometException | IOException e) {
            failed(best.shard().id(), e);
            return null;
        }
    }

    private static boolean isAllowed(Candidate candidate, boolean mayDrop) {
        return !candidate.isProtected()
                || (mayDrop && candidate.shard().settings().overflow() == Overflow.DROP_OLDEST);
    }

    private static boolean isBetter(Candidate candidate, @Nullable Candidate best) {
        if (best == null || candidate.isProtected() != best.isProtected()) {
            return best == null || best.isProtected();
        }
        return candidate.segment().newestMicros() < best.segment().newestMicros();
    }

    private @Nullable Candidate candidate(Shard shard) {
        try {
            List<SealedSegment> sealed = shard.retention().sealed();
            return sealed.isEmpty()
                    ? null
                    : new Candidate(shard, sealed.getFirst(), shard.retention().protectedFrom());
        } catch (CometException | IOException e) {
            failed(shard.id(), e);
            return null;
        }
    }
}
