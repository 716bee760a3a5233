package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;

/// Keeps all files of the directory, of all processes, within its bounds: bytes are reserved before a file is
/// made and released after it is deleted.
public final class DiskBudget {
    private static final long BLOCK_BYTES = 4096;

    private final DirectoryState state;
    private final Storage storage;
    private final Path directory;
    private final long maxTotalBytes;
    private final long minFreeBytes;
    private final SpacePolicy policy;

    DiskBudget(
            DirectoryState state,
            Storage storage,
            Path directory,
            long maxTotalBytes,
            long minFreeBytes,
            SpacePolicy policy) {
        this.state = state;
        this.storage = storage;
        this.directory = directory;
        this.maxTotalBytes = maxTotalBytes;
        this.minFreeBytes = minFreeBytes;
        this.policy = policy;
    }

    /// What a file of that size takes.
    static long rounded(long bytes) {
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    /// Reserves room for one file; if it does not fit, the policy makes room or throws.
    public void reserve(long bytes) {
        if (!tryReserve(bytes)) {
            policy.makeRoom(this, bytes);
        }
    }

    /// Reserves room for one file, or returns false if that would pass a bound.
    boolean tryReserve(long bytes) {
        long wanted = rounded(bytes);
        if (wouldFillDisk(wanted)) {
            return false;
        }
        while (true) {
            long allocated = state.allocatedBytes();
            if (allocated + wanted > maxTotalBytes) {
                return false;
            }
            if (state.casAllocatedBytes(allocated, allocated + wanted)) {
                return true;
            }
        }
    }

    private boolean wouldFillDisk(long wanted) {
        return usableBytes() - wanted < minFreeBytes;
    }

    private long usableBytes() {
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

    long allocatedBytes() {
        return state.allocatedBytes();
    }

    long maxTotalBytes() {
        return maxTotalBytes;
    }

    /// Why `bytes` cannot be had, with every number that matters.
    CometException refusal(long bytes) {
        long wanted = rounded(bytes);
        if (wouldFillDisk(wanted)) {
            return new CometException.DiskFull(
                    directory + ": minFreeBytes=" + minFreeBytes + " would be passed: " + usableBytes()
                            + " bytes are free, " + wanted + " are wanted",
                    null);
        }
        return new CometException.LogFull(directory + ": maxTotalBytes=" + maxTotalBytes + " would be passed: "
                + state.allocatedBytes() + " bytes are allocated, " + wanted + " are wanted");
    }
}
