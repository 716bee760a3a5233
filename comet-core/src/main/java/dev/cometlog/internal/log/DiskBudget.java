package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps all files of the directory, of all processes, within its bounds: bytes are reserved before a file is
/// made and released after it is deleted.
public final class DiskBudget {
    private static final long BLOCK_BYTES = 4096;
    private static final long MOST_HEADROOM = 1 << 20;

    /// The filesystem's own blocks are no file's: directories, and lists of blocks where it is fragmented.
    private static final int METADATA_SHARE = 1024;

    /// Within it every process that is not starved has let go of what was deleted: housekeeping looks ten times a
    /// second.
    private static final long ROOM_COMES_NANOS = 2_000_000_000;

    private final DirectoryState state;
    private final Storage storage;
    private final Path directory;
    /// Replaced as a whole when somebody stores other ones.
    private volatile Bounds bounds;

    /// Set once, before the first segment is made.
    private volatile SpacePolicy policy;

    /// Until when room of deleted files may still come back, if any were.
    private volatile long roomComesUntilNanos;

    private volatile boolean roomCame;

    /// Bytes of our own that were given up for files which the filesystem refused, and that no file has taken since.
    private final AtomicLong givenUp = new AtomicLong();

    /// What the directory may take, and what it has to leave.
    public record Bounds(long maxTotalBytes, long minFreeBytes) {

        /// Left to control files and metadata, so that a directory full of segments can still take a state page or
        /// settings, and grow itself.
        private long headroom() {
            return Math.min(MOST_HEADROOM + maxTotalBytes / METADATA_SHARE, maxTotalBytes / 16);
        }

        /// What the directory may hold when a segment was made.
        private long forSegments() {
            return maxTotalBytes - headroom();
        }
    }

    DiskBudget(DirectoryState state, Storage storage, Path directory, Bounds bounds, SpacePolicy policy) {
        this.state = state;
        this.storage = storage;
        this.directory = directory;
        this.bounds = bounds;
        this.policy = policy;
    }

    void policy(SpacePolicy replacement) {
        policy = replacement;
    }

    /// Puts other bounds in force, from the next reservation on.
    void bounds(Bounds replacement) {
        bounds = replacement;
    }

    /// The bounds in force now.
    public Bounds bounds() {
        return bounds;
    }

    /// What a file of that size takes.
    public static long rounded(long bytes) {
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    /// Reserves room for one control file. `minFreeBytes` is no concern of these: they are small, and acks go on.
    ///
    /// @throws CometException.LogFull if it does not fit
    public void reserve(long bytes) {
        if (!tryReserve(bytes, bounds.maxTotalBytes(), false)) {
            throw logFull(rounded(bytes));
        }
    }

    /// Reserves room for what must be possible though a bound that was lowered is passed: taking part in the log, and
    /// raising the bound again. A block each, so it is no matter.
    void reserveRegardless(long bytes) {
        boolean _ = tryReserve(bytes, Long.MAX_VALUE, false);
    }

    /// Reserves room for a segment; if it does not fit, the policy makes room or throws.
    void reserve(SpacePolicy.Request request) {
        if (!tryReserve(request.bytes(), 0)) {
            policy.makeRoom(this, request);
        }
    }

    /// Gives up files of our own for one that the filesystem refused, as far as the policy lets them go; false if none
    /// may. Nor may any while what was given up before has not come back: others take the room, or it is not room
    /// that is missing, and the log would shrink for nothing.
    boolean makeRoomOnDisk(SpacePolicy.Request request) {
        if (givenUp.get() > 0 || !policy.makeRoomOnDisk(request)) {
            return false;
        }
        givenUp.addAndGet(request.bytes());
        return true;
    }

    /// Notes that the filesystem had the room for a segment.
    void hadRoom(SpacePolicy.Request request) {
        if (givenUp.get() > 0) {
            givenUp.updateAndGet(bytes -> Math.max(0, bytes - request.bytes()));
        }
    }

    /// Reserves room for a segment, or returns false if that would pass a bound.
    ///
    /// @param freed bytes of our own that were deleted for it: what only takes their place is no growth
    boolean tryReserve(long bytes, long freed) {
        return tryReserve(bytes, bounds.forSegments(), freed < rounded(bytes));
    }

    private boolean tryReserve(long bytes, long bound, boolean grows) {
        long wanted = rounded(bytes);
        if (grows && wouldFillDisk(wanted)) {
            return false;
        }
        while (true) {
            long allocated = state.allocatedBytes();
            if (allocated > bound - wanted) {
                return false;
            }
            if (state.casAllocatedBytes(allocated, allocated + wanted)) {
                return true;
            }
        }
    }

    /// How much more is allocated than segments may lead to, as after the bound was lowered; not above 0 if none.
    long bytesOverBound() {
        return state.allocatedBytes() - bounds.forSegments();
    }

    /// How much must be deleted so that a segment fits; not above 0 if it does by now.
    ///
    /// @param freed what was deleted for it already
    long bytesToFree(long bytes, long freed) {
        long wanted = rounded(bytes);
        long forDisk = wouldFillDisk(wanted) ? wanted - freed : 0;
        return Math.max(bytesOverBound() + wanted, forDisk);
    }

    /// Whether `minFreeBytes` forbids growing by that much.
    boolean wouldFillDisk(long wanted) {
        return usableBytes() - wanted < bounds.minFreeBytes();
    }

    /// What the filesystem has left.
    public long usableBytes() {
        try {
            return storage.usableBytes(directory);
        } catch (IOException e) {
            throw new CometException.IoFailure("cannot ask the filesystem of " + directory + " for its free bytes", e);
        }
    }

    /// Returns the room of a file of that size once it is deleted.
    public void release(long bytes) {
        while (true) {
            long allocated = state.allocatedBytes();
            // Files that were put here by others were never reserved.
            if (state.casAllocatedBytes(allocated, Math.max(0, allocated - rounded(bytes)))) {
                return;
            }
        }
    }

    /// Notes that files were deleted, by whichever process: the filesystem has their room only once every process
    /// that had them mapped has let go.
    void roomComes(long nanoTime) {
        roomComesUntilNanos = nanoTime + ROOM_COMES_NANOS;
        roomCame = true;
    }

    /// Whether a disk that is full now may soon have room of files that were deleted.
    boolean mayHaveRoomSoon(long nanoTime) {
        return roomCame && roomComesUntilNanos - nanoTime > 0;
    }

    /// Adds bytes that were found to take room and were never reserved, or takes off what is there no more.
    void correct(long bytes) {
        long allocated = state.allocatedBytes();
        while (!state.casAllocatedBytes(allocated, Math.max(0, allocated + bytes))) {
            allocated = state.allocatedBytes();
        }
    }

    /// What all files of the directory take, as far as this is known: death can leave it too high, until the next
    /// [AllocatedRecount].
    public long allocatedBytes() {
        return state.allocatedBytes();
    }

    long maxTotalBytes() {
        return bounds.maxTotalBytes();
    }

    /// Why `bytes` cannot be had, with every number that matters.
    CometException refusal(long bytes) {
        long wanted = rounded(bytes);
        if (wouldFillDisk(wanted)) {
            return new CometException.DiskFull(
                    directory + ": minFreeBytes=" + bounds.minFreeBytes() + " would be passed: " + usableBytes()
                            + " bytes are free, " + wanted + " are wanted",
                    null);
        }
        return logFull(wanted);
    }

    private CometException logFull(long wanted) {
        return new CometException.LogFull(directory + ": maxTotalBytes=" + bounds.maxTotalBytes() + " would be passed: "
                + state.allocatedBytes() + " bytes are allocated, " + wanted + " are wanted");
    }
}
