package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Who may write to a shard: one thread of this process ([ThreadTurn]), of one process (the lock word).
///
/// The lock word names its holder's incarnation. A holder that died is found by its liveness lock and
/// replaced; what it left half-done is repaired before anybody goes on. A holder that is merely stopped is
/// waited for, up to `appendTimeout`.
final class ShardLock {
    private static final System.Logger LOG = System.getLogger(ShardLock.class.getName());

    private static final long FREE = 0;

    /// Nobody holds the lock, and the next to take it must repair first. No incarnation has this number.
    private static final long ABANDONED = 1;

    /// Looks at a word that another process has, each after a pause that doubles, a few microseconds at first. Shorter
    /// ones take the word, and the shard's memory with it, from core to core for every append: two processes on one
    /// shard then reach half of what one does alone, and with these as much.
    private static final int SPINS = 10;
    private static final int FIRST_PAUSE = 64;
    private static final int LAST_PAUSE = 512;

    private static final int YIELDS = 50;
    private static final long FIRST_PARK_NANOS = 20_000;
    private static final long LAST_PARK_NANOS = 1_000_000;
    private static final long PROBE_NANOS = 1_000_000;

    private final ThreadTurn turn;
    private final ShardId id;
    private final ShardState state;
    private final Incarnations incarnations;
    private final TimeSource time;
    private final Duration timeout;
    private final Runnable repair;
    private final long self;

    /// Whether another process has taken the word from us, which it does from the dead alone: our liveness lock is
    /// gone, and whatever we do here others may do at the same time. Guarded by the turn.
    private boolean lost;

    /// Whom the word was taken from last and nobody was told of yet; [#FREE] for nobody.
    private volatile long takenFrom;

    ShardLock(
            ShardId id,
            ShardState state,
            Incarnations incarnations,
            TimeSource time,
            Duration timeout,
            Runnable repair) {
        this.id = id;
        this.state = state;
        this.incarnations = incarnations;
        this.time = time;
        this.timeout = timeout;
        this.repair = repair;
        this.self = incarnations.self();
        this.turn = new ThreadTurn(time, timeout, Shard.class, ShardLock.class);
    }

    /// Returns holding the lock, with the shard repaired if its last holder left it half-done.
    ///
    /// @throws CometException.ShardBusy if somebody holds it longer than `appendTimeout`
    /// @throws CometException.Poisoned if this process lost the lock that shows that it is alive
    void lock() {
        try {
            boolean waited = false;
            if (!turn.tryTake()) {
                waitForTurn();
                waited = true;
            }
            if (lost) {
                throw supersededError();
            }
            if (!state.casLockWord(FREE, self)) {
                waitForWord();
                waited = true;
            }
            if (waited) {
                state.counters().addHeld(ShardCounters.Counter.LOCK_WAITS, 1);
            }
        } catch (Throwable e) {
            turn.endIfMine();
            throw e;
        }
        if (KillPoint.ENABLED) {
            KillPoint.AFTER_CLAIM.reached();
        }
    }

    /// Gives the lock back after everything went well.
    void unlock() {
        if (KillPoint.ENABLED) {
            KillPoint.BEFORE_UNLOCK.reached();
        }
        if (state.casLockWord(self, FREE)) {
            turn.end();
            return;
        }
        CometException error = superseded();
        turn.end();
        throw error;
    }

    /// Gives the lock back after a failure inside: undoes what was not published.
    void abandon() {
        if (!isStillHeld()) {
            // What is there to undo is somebody else's by now.
            CometException _ = superseded();
            turn.end();
            return;
        }
        try {
            repair.run();
            state.casLockWord(self, FREE);
        } catch (RuntimeException | Error e) {
            state.casLockWord(self, ABANDONED);
            throw e;
        } finally {
            turn.end();
        }
    }

    /// Gives the lock back in the place of a thread that a `StackOverflowError` threw out of here, so that other
    /// processes need not wait until this one appends again. Called now and then, by one thread.
    void freeLeftBehind() {
        if (!turn.takeLeftBehind()) {
            return;
        }
        try {
            long word = state.lockWord();
            if (word == self && state.casLockWord(self, self)) {
                repairTakenOver();
                state.casLockWord(self, FREE);
            }
        } finally {
            turn.end();
        }
    }

    /// Runs `work` holding the lock: for everything that is not the append path itself.
    void holding(Runnable work) {
        lock();
        run(work);
    }

    /// Like [#holding(Runnable)], for work that leaves nothing half-done for the next append to meet, even if it fails:
    /// nothing is repaired as if somebody had died inside.
    void holdingWithoutRepair(Runnable work) {
        lock();
        try {
            work.run();
        } finally {
            unlock();
        }
    }

    /// Runs `work` holding the lock, if that can be had within a moment; false if not. For who looks after many shards
    /// and comes again: a holder may be at it for long, as a cure is.
    boolean tryHolding(Runnable work) {
        boolean held = tryLock();
        if (held) {
            run(work);
        }
        return held;
    }

    private void run(Runnable work) {
        boolean done = false;
        try {
            work.run();
            done = true;
        } finally {
            if (done) {
                unlock();
            } else {
                abandon();
            }
        }
    }

    /// Takes the lock if it is free within a moment, or its holder is gone.
    // A holder on the same core needs the core to finish.
    @SuppressWarnings("ThreadPriorityCheck")
    private boolean tryLock() {
        for (int left = YIELDS; left > 0; left--) {
            if (turn.tryTake()) {
                try {
                    if (lost) {
                        throw supersededError();
                    }
                    if (state.casLockWord(FREE, self) || (left == 1 && takeOverIfLeft())) {
                        return true;
                    }
                } catch (Throwable e) {
                    turn.endIfMine();
                    throw e;
                }
                turn.end();
            }
            Thread.yield();
        }
        return false;
    }

    private boolean takeOverIfLeft() {
        long word = state.lockWord();
        return (isNobodys(word) || (word != FREE && !incarnations.isAlive(word))) && takeOver(word);
    }

    /// Whether the word names nobody who may still act. The turn is ours, so a thread of this process that held the
    /// word died in there.
    private boolean isNobodys(long word) {
        return word == self || word == ABANDONED;
    }

    /// Takes the word from who is gone, and repairs what was left half-done; false if another was faster.
    private boolean takeOver(long word) {
        if (!state.casLockWord(word, self)) {
            return false;
        }
        repairTakenOver();
        takenFrom = word;
        return true;
    }

    /// Warns of a take-over since the last call. Not where it happens: what logs may take its time, and others wait for
    /// the shard. Called now and then, by one thread.
    void tellTakeOver() {
        long word = takenFrom;
        if (word == FREE) {
            return;
        }
        takenFrom = FREE;
        LOG.log(
                System.Logger.Level.WARNING,
                "{0}: taken over and put in order; inside died or failed {1}",
                id,
                word == self ? "a thread of this process" : describe(word));
    }

    /// Whether the lock word still names this process; anything else means that our liveness lock was lost.
    boolean isStillHeld() {
        return state.lockWord() == self;
    }

    /// Sets the poison word: what is in the shard can no longer be told, since two may have written.
    CometException superseded() {
        lost = true;
        state.poison(self);
        return supersededError();
    }

    private CometException supersededError() {
        return new CometException.Poisoned(
                id + ": another process took the shard over while this one held it; its liveness lock was lost,"
                        + " so it must close the log and open it again",
                null);
    }

    private void waitForTurn() {
        try {
            if (!turn.await()) {
                state.counters().add(ShardCounters.Counter.BUSY, 1);
                throw new CometException.ShardBusy(id + ": another thread of this process held the shard for more than "
                        + timeout.toMillis() + " ms, lock word " + describe(state.lockWord()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CometException.Interrupted("waiting for " + id, e);
        }
    }

    // A holder on the same core needs the core to finish.
    @SuppressWarnings("ThreadPriorityCheck")
    private void waitForWord() {
        long started = time.nanoTime();
        long nextProbe = started + PROBE_NANOS;
        long park = FIRST_PARK_NANOS;
        int pause = FIRST_PAUSE;
        for (int turn = 0; ; turn++) {
            long word = state.lockWord();
            if (word == FREE) {
                if (state.casLockWord(FREE, self)) {
                    return;
                }
                continue;
            }
            if (isNobodys(word)) {
                if (takeOver(word)) {
                    return;
                }
                continue;
            }
            if (turn < SPINS) {
                for (int i = 0; i < pause; i++) {
                    Thread.onSpinWait();
                }
                pause = Math.min(2 * pause, LAST_PAUSE);
            } else if (turn < SPINS + YIELDS) {
                Thread.yield();
            } else {
                long now = time.nanoTime();
                if (now - nextProbe >= 0) {
                    if (!incarnations.isAlive(word)) {
                        if (takeOver(word)) {
                            return;
                        }
                        continue;
                    }
                    nextProbe = now + PROBE_NANOS;
                }
                if (now - started >= timeout.toNanos()) {
                    state.counters().add(ShardCounters.Counter.BUSY, 1);
                    throw new CometException.ShardBusy(
                            id + " has been held for more than " + timeout.toMillis() + " ms by " + describe(word));
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new CometException.Interrupted("waiting for " + id, null);
                }
                LockSupport.parkNanos(park);
                park = Math.min(park * 2, LAST_PARK_NANOS);
            }
        }
    }

    private void repairTakenOver() {
        try {
            repair.run();
        } catch (RuntimeException | Error e) {
            state.casLockWord(self, ABANDONED);
            throw e;
        }
    }

    private String describe(long word) {
        if (word == FREE) {
            return "free";
        }
        return word == ABANDONED ? "nobody (awaiting repair)" : incarnations.describe(word);
    }
}
