package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.storage.NotOpenedException;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Forces the segments of a shard from the checkpoint's on, whoever wrote them. Used by the holder of the sync claim.
final class UnforcedSegments {
    private static final System.Logger LOG = System.getLogger(UnforcedSegments.class.getName());

    private final ShardContext context;
    private final ShardStorage files;
    private final ShardState state;
    private final ShardLock lock;

    /// What is to be made durable, as the state page told at one moment.
    record Capture(long end, long position, long segmentBase, long generation) {}

    UnforcedSegments(ShardContext context, ShardStorage files, ShardLock lock) {
        this.context = context;
        this.files = files;
        this.state = files.state();
        this.lock = lock;
    }

    /// Returns once all that was captured is on the disk, names included.
    ///
    /// @param last the checkpoint in force
    /// @param rewrite whether to write the bytes anew first
    /// @throws IOException if a force failed; what is on the disk cannot be told then
    /// @throws CometException if it did not come to that
    void run(Checkpoint last, Capture capture, boolean rewrite) throws IOException {
        if (capture.segmentBase == ShardState.NO_SEGMENT) {
            return;
        }
        long from = last.segmentBase();
        long[] bases = bases();
        if (Arrays.binarySearch(bases, capture.segmentBase) < 0) {
            // Forcing a mapping of it would succeed and mean nothing, and so would appending to one: with another
            // generation every appender looks for the file, and is told.
            lock.holding(() -> state.generation(state.generation() + 1));
            throw new CometException.Damaged(
                    files.paths().segment(capture.segmentBase),
                    "the active segment is gone; if it was deleted by hand, close and open the log again");
        }
        for (long base : bases) {
            // A replaced empty segment has the same base: then nothing of the old one was durable.
            boolean sealedAndDurable = base < from;
            if (!sealedAndDurable && base <= capture.segmentBase) {
                forceSegment(base, last, capture, rewrite);
            }
        }
        if (last.generation() != capture.generation || last.segmentBase() != capture.segmentBase) {
            forceDirectory();
        }
    }

    private void forceDirectory() throws IOException {
        try {
            context.storage().forceDirectory(files.paths().directory());
        } catch (NotOpenedException e) {
            throw IoErrors.typed("syncing " + files.id(), e);
        }
    }

    private long[] bases() {
        try {
            return files.segments().bases();
        } catch (NoSuchFileException e) {
            // The directory was deleted by hand, with all that was in it.
            return new long[0];
        } catch (IOException e) {
            throw IoErrors.typed("syncing " + files.id(), e);
        }
    }

    private void forceSegment(long base, Checkpoint last, Capture capture, boolean rewrite) throws IOException {
        Segment segment = acquire(base);
        if (segment == null) {
            forceUnreadable(base, capture);
            return;
        }
        try {
            if (rewrite) {
                long start = base == last.segmentBase() ? last.position() : 0;
                segment.rewrite(start, base == capture.segmentBase ? capture.position : segment.capacity());
            }
            segment.writable().force();
        } finally {
            segment.release();
        }
    }

    /// A file that cannot be opened says nothing of the device, so that is no failed force.
    private @Nullable Segment acquire(long base) {
        try {
            return files.segments().acquire(base).orElse(null);
        } catch (IOException e) {
            throw IoErrors.typed("syncing " + files.id(), e);
        }
    }

    /// Forces a segment whose header is damaged or whose file is gone. No reader finds anything in it, and they say so;
    /// what is there survives all the same, for whoever mends it.
    private void forceUnreadable(long base, Capture capture) throws IOException {
        Path path = files.paths().segment(base);
        if (base == capture.segmentBase) {
            throw new CometException.Damaged(
                    path, "the header of the active segment is damaged; close and open the log again");
        }
        StorageFile file = open(path);
        if (file == null) {
            // Retention was faster, or somebody deleted it by hand.
            return;
        }
        try (file) {
            file.force();
        }
        LOG.log(System.Logger.Level.WARNING, "{0} is damaged: what it held is a gap", path);
    }

    private @Nullable StorageFile open(Path path) {
        try {
            return context.storage().open(path, Storage.Access.WRITE);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw IoErrors.typed("syncing " + files.id(), e);
        }
    }
}
