package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Opens the index files of one shard, and makes those again that are missing or of the wrong size.
///
/// An index is derived, so nothing fails for want of one: where it cannot be stored, its segment is read with one
/// in memory.
final class IndexFiles {
    private static final System.Logger LOG = System.getLogger(IndexFiles.class.getName());

    private final Storage storage;
    private final ShardPaths paths;
    private final @Nullable DiskBudget budget;

    /// @param budget of the log that files are made for; null for a reader, which makes none
    IndexFiles(Storage storage, ShardPaths paths, @Nullable DiskBudget budget) {
        this.storage = storage;
        this.paths = paths;
        this.budget = budget;
    }

    /// The index of a segment; an empty one in memory if its file cannot be used.
    SegmentIndex open(long base, int segmentBytes, long nonce) throws IOException {
        Path path = paths.index(base);
        int expected = IndexDescriptor.indexBytes(segmentBytes);
        boolean writable = budget != null;
        try {
            if (storage.kind(path) == Storage.FileKind.REGULAR) {
                try (StorageFile file = storage.open(path, writable ? Storage.Access.WRITE : Storage.Access.READ)) {
                    if (file.size() == expected) {
                        return new SegmentIndex(file.map(expected, writable), nonce);
                    }
                }
            }
        } catch (NoSuchFileException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} was deleted since it was looked for", path);
        }
        return new SegmentIndex(segmentBytes, nonce);
    }

    /// Fills the index in memory of a sealed segment, and stores it for the next time. The active segment does
    /// without: behind its end offset a frame may still be wiped.
    void rebuild(Segment segment) {
        FrameWalker walker = new FrameWalker(segment, SegmentHeader.LENGTH, segment.baseOffset(), segment.capacity());
        int position = walker.position();
        long relativeOffset = 0;
        while (walker.next()) {
            if (walker.isAtSeal()) {
                if (budget != null) {
                    store(segment.baseOffset(), segment.index().bytes(), budget);
                }
                return;
            }
            segment.index().note(position, relativeOffset, walker.timeDelta());
            position = walker.position();
            relativeOffset = walker.offset() - segment.baseOffset();
        }
        segment.index().dropFrom(0);
    }

    private void store(long base, byte[] slots, DiskBudget budget) {
        Path path = paths.index(base);
        try {
            if (storage.kind(paths.segment(base)) == Storage.FileKind.ABSENT) {
                // Deleted since it was mapped, and its index with it: nothing is missing.
                return;
            }
            budget.reserve(slots.length);
            boolean stored = false;
            try {
                long replaced = storage.kind(path) == Storage.FileKind.REGULAR ? storage.size(path) : 0;
                WholeFiles.replaceInCache(storage, path, slots);
                stored = true;
                budget.release(replaced);
            } finally {
                if (!stored) {
                    budget.release(slots.length);
                }
            }
            LOG.log(System.Logger.Level.DEBUG, "{0} was missing or not of the right size; it was made again", path);
            dropIfDeletedMeanwhile(base, path, budget);
        } catch (CometException.LogFull | IOException e) {
            LOG.log(System.Logger.Level.DEBUG, path + " is missing and cannot be made again; its segment is read", e);
        }
    }

    /// Whoever deletes a segment deletes its index behind it, so one that appears later than that is ours to delete.
    private void dropIfDeletedMeanwhile(long base, Path path, DiskBudget budget) throws IOException {
        if (storage.kind(paths.segment(base)) == Storage.FileKind.ABSENT) {
            try {
                long bytes = storage.size(path);
                storage.delete(path);
                budget.release(bytes);
            } catch (NoSuchFileException e) {
                LOG.log(System.Logger.Level.DEBUG, "{0} was deleted by another process", path);
            }
        }
    }
}
