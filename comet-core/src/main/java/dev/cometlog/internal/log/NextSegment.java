package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The segment that will follow the active one: made ahead of need, announced to all processes, taken by one of them.
///
/// Thread-safe. The monitor is held for moments only, never while a file is made or looked for: the holder of the
/// shard's lock waits for it in [#take].
final class NextSegment {
    private static final System.Logger LOG = System.getLogger(NextSegment.class.getName());

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardRetention retention;
    private final long self;

    /// Guarded by this.
    private @Nullable PreparedSegment prepared;

    /// Whether `prepared` was announced to all processes, any of which may take it. Guarded by this.
    private boolean isShared;

    private boolean closed; // guarded by this

    NextSegment(ShardContext context, ShardStorage files, ShardRetention retention) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.retention = retention;
        this.self = context.incarnations().self();
    }

    /// Made anew each time, since the bounds it keeps within may change. Never used on the append path proper.
    SegmentSizing sizing() {
        return SegmentSizing.within(context.settings(), context.budget().maxTotalBytes());
    }

    /// The segment at hand, the caller's from now on; null if there is none in which that many bytes of frames fit.
    /// Called by the holder of the shard's lock.
    synchronized @Nullable PreparedSegment take(int bytes) {
        PreparedSegment next = prepared;
        if (next == null || sizing().atLeast(0, bytes) > next.capacity()) {
            return null;
        }
        // Somebody else's by now, or about to be deleted by a process that closes: not to be touched.
        if (isShared && !state.casPreparedNonce(next.nonce(), 0)) {
            return null;
        }
        prepared = null;
        return next;
    }

    /// Sees that a segment of at least `needed` bytes is at hand, and makes one of `wanted` if there is none.
    ///
    /// @param mayWait whether to wait for room, as the overflow policy says
    /// @param fast whether it will fill within a sync or two
    void provide(int wanted, int needed, boolean mayWait, boolean fast) {
        try {
            if (isAtHand(needed)) {
                return;
            }
            // Not under the monitor: making room takes the locks of shards, whose holders take the monitor.
            PreparedSegment made = make(wanted, mayWait, fast);
            if (!keep(made, false)) {
                files.factory().discard(made);
            }
        } catch (IOException e) {
            throw IoErrors.typed("preparing a segment of " + files.id(), e);
        }
    }

    /// Makes a segment and announces it to all processes, unless that was done or somebody does it now.
    void prepareAhead(int bytes, boolean fast) {
        try {
            if (state.preparedNonce() != 0 || !claim()) {
                return;
            }
            try {
                if (KillPoint.ENABLED) {
                    KillPoint.PREPARE_CLAIMED.reached();
                }
                // Not under the monitor: an appender that needs a segment now makes a small one meanwhile.
                announce(make(bytes, false, fast));
                if (KillPoint.ENABLED) {
                    KillPoint.PREPARE_PUBLISHED.reached();
                }
            } finally {
                state.casPrepareClaim(self, 0);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "no segment prepared for " + files.id(), e);
        } catch (CometException e) {
            // The appender that needs the segment will try itself and tell its caller.
            LOG.log(System.Logger.Level.DEBUG, "no segment prepared for " + files.id(), e);
        }
    }

    private boolean claim() {
        long claim = state.prepareClaim();
        return (claim == 0 || (claim != self && !context.incarnations().isAlive(claim)))
                && state.casPrepareClaim(claim, self);
    }

    private void announce(PreparedSegment made) throws IOException {
        boolean announced;
        synchronized (this) {
            announced = !closed && state.casPreparedNonce(0, made.nonce());
            if (keep(made, announced)) {
                return;
            }
        }
        if (announced) {
            // Found again by its nonce when it is needed.
            made.unmap();
        } else {
            files.factory().discard(made);
        }
    }

    private synchronized boolean keep(PreparedSegment made, boolean announced) {
        if (closed || prepared != null) {
            return false;
        }
        prepared = made;
        isShared = announced;
        return true;
    }

    /// Whether a segment of that many bytes is at hand; one that is not good enough is let go of. It may be another
    /// thread's by the time this returns: then the append asks again.
    private boolean isAtHand(int needed) throws IOException {
        PreparedSegment known;
        boolean shared;
        synchronized (this) {
            if (closed) {
                throw new CometException.Closed(files.id().toString());
            }
            known = prepared;
            shared = isShared;
        }
        // The files are looked at without the monitor, which holders of the shard's lock wait for.
        if (known != null) {
            if (known.capacity() >= needed && isOurs(known, shared)) {
                return true;
            }
            synchronized (this) {
                if (!known.equals(prepared)) {
                    return true;
                }
                prepared = null;
            }
            letGo(known, shared);
        }
        PreparedSegment found = find(needed).orElse(null);
        if (found == null) {
            return false;
        }
        if (!keep(found, true)) {
            found.unmap();
        }
        return true;
    }

    private boolean isOurs(PreparedSegment candidate, boolean shared) throws IOException {
        return isStillThere(candidate) && (!shared || state.preparedNonce() == candidate.nonce());
    }

    private boolean isStillThere(PreparedSegment candidate) throws IOException {
        return context.storage().kind(candidate.path()) == Storage.FileKind.REGULAR;
    }

    /// What any process announced.
    private Optional<PreparedSegment> find(int needed) throws IOException {
        long nonce = state.preparedNonce();
        if (nonce == 0) {
            return Optional.empty();
        }
        Optional<PreparedSegment> shared = files.factory().open(nonce);
        if (shared.isEmpty()) {
            // Whoever takes one changes the word first: if that still names it, a file of it was lost.
            state.casPreparedNonce(nonce, 0);
        } else if (!shared.get().isWhole()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} was cut off and is not used",
                    shared.get().path());
            letGo(shared.get(), true);
            return Optional.empty();
        }
        if (shared.isPresent() && shared.get().capacity() < needed) {
            shared.get().unmap();
            return Optional.empty();
        }
        return shared;
    }

    private PreparedSegment make(int bytes, boolean mayWait, boolean fast) {
        retention.makeRoom(SegmentFactory.diskBytes(bytes), mayWait);
        return files.factory().make(bytes, mayWait, fast);
    }

    /// For an append that the filesystem refuses the names of a roll.
    DiskWait diskWait(int bytes) {
        return files.factory().diskWait(files.factory().request(sizing().atLeast(0, bytes), true));
    }

    /// Deletes a prepared segment, unless it is another process's by now.
    private void letGo(PreparedSegment spare, boolean shared) throws IOException {
        if (!isStillThere(spare) || (shared && !state.casPreparedNonce(spare.nonce(), 0))) {
            spare.unmap();
        } else {
            files.factory().discard(spare);
        }
    }

    /// Deletes one that was taken for a roll that failed; what it was renamed to by then is for the repair to delete.
    void discardAfter(Throwable failure, PreparedSegment spare) {
        try {
            files.factory().discard(spare);
        } catch (IOException | RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /// Lets go of a prepared segment that another process took.
    void letGoOfTaken() {
        PreparedSegment taken;
        synchronized (this) {
            taken = prepared;
            if (taken == null || !isShared || state.preparedNonce() == taken.nonce()) {
                return;
            }
            prepared = null;
        }
        try {
            // Ending a mapping takes a handshake with every thread.
            taken.unmap();
        } catch (IOException e) {
            throw IoErrors.typed("letting go of a prepared segment of " + files.id(), e);
        }
    }

    /// Deletes what was prepared for this process alone, and gives up what all may take.
    synchronized void close() {
        closed = true;
        try {
            if (prepared != null) {
                letGo(prepared, isShared);
                prepared = null;
            }
        } catch (IOException e) {
            throw IoErrors.typed("closing " + files.id(), e);
        }
    }
}
