package dev.cometlog.internal.log;

import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// Makes segment files ahead of need, zero-filled and touched, so that an append never waits for a block or
/// a page and a full disk shows here, before an offset is assigned.
final class SegmentFactory {
    private static final int PAGE = 4096;

    /// Pages of a segment that fills slowly. A page is written to the disk whole, and so is a large one in which a
    /// sync finds a few new entries.
    private static final int SMALL_PIECE = 64 << 10;

    private final Storage storage;
    private final DiskBudget budget;
    private final Incarnations incarnations;
    private final ShardId id;
    private final ShardPaths paths;
    private final LiveSettings settings;
    private final TimeSource time;

    SegmentFactory(ShardContext context, ShardId id, ShardPaths paths) {
        this.storage = context.storage();
        this.budget = context.budget();
        this.incarnations = context.incarnations();
        this.settings = context.live();
        this.time = context.time();
        this.id = id;
        this.paths = paths;
    }

    /// Makes a segment of `bytes`. What fails leaves nothing behind and no bytes accounted.
    ///
    /// @param mayWait whether an appender needs it now
    /// @param fast whether it will be filled soon, so that large pages pay
    PreparedSegment make(int bytes, boolean mayWait, boolean fast) {
        long nonce = ThreadLocalRandom.current().nextLong();
        Path path = paths.prepared(incarnations.self(), nonce);
        Path indexPath = paths.preparedIndex(path);
        SpacePolicy.Request request = request(bytes, mayWait);
        budget.reserve(request);
        try {
            int piece = fast ? StorageFile.LARGE_PAGE : SMALL_PIECE;
            return createOnceThereIsRoom(request, path, indexPath, bytes, piece, nonce);
        } catch (IOException e) {
            budget.release(diskBytes(bytes));
            throw IoErrors.typed("making a segment of " + bytes + " bytes for " + id, e);
        } catch (RuntimeException | Error e) {
            budget.release(diskBytes(bytes));
            throw e;
        }
    }

    private PreparedSegment createOnceThereIsRoom(
            SpacePolicy.Request request, Path path, Path indexPath, int bytes, int pieceBytes, long nonce)
            throws IOException {
        DiskWait wait = diskWait(request);
        while (true) {
            try {
                PreparedSegment made = create(path, indexPath, bytes, pieceBytes, nonce);
                budget.hadRoom(request);
                return made;
            } catch (IOException e) {
                if (!IoErrors.isDiskFull(e) || !wait.again()) {
                    throw e;
                }
            }
        }
    }

    /// For one whom the filesystem refuses what it needs for a segment.
    DiskWait diskWait(SpacePolicy.Request request) {
        return new DiskWait(budget, time, request);
    }

    /// The room of a segment of that size and its index.
    ///
    /// @param mayWait whether an appender needs it now
    SpacePolicy.Request request(int bytes, boolean mayWait) {
        return new SpacePolicy.Request(id, settings.get(), diskBytes(bytes), mayWait);
    }

    private PreparedSegment create(Path path, Path indexPath, int bytes, int pieceBytes, long nonce)
            throws IOException {
        MappedFile index = null;
        StorageFile channel = null;
        try {
            channel = zeroFile(path, bytes, pieceBytes);
            if (KillPoint.ENABLED) {
                KillPoint.PREPARE_CREATED.reached();
            }
            try (StorageFile indexChannel = zeroFile(indexPath, IndexDescriptor.indexBytes(bytes), SMALL_PIECE)) {
                index = indexChannel.map(IndexDescriptor.indexBytes(bytes), true);
            }
            if (KillPoint.ENABLED) {
                KillPoint.PREPARE_INDEX_CREATED.reached();
            }
            MappedFile file = channel.map(bytes, true);
            touch(file.memory());
            touch(index.memory());
            return new PreparedSegment(path, indexPath, nonce, channel, file, index);
        } catch (IOException | RuntimeException | Error e) {
            if (index != null) {
                index.close();
            }
            if (channel != null) {
                channel.close();
            }
            deleteIfThere(path);
            deleteIfThere(indexPath);
            throw e;
        }
    }

    /// What a segment and its index take on the disk.
    static long diskBytes(int segmentBytes) {
        return DiskBudget.rounded(segmentBytes) + DiskBudget.rounded(IndexDescriptor.indexBytes(segmentBytes));
    }

    private StorageFile zeroFile(Path path, int bytes, int pieceBytes) throws IOException {
        StorageFile file = storage.open(path, Storage.Access.CREATE);
        try {
            file.writeZeros(bytes, pieceBytes);
            return file;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /// Makes the pages present and writable now, so that the appender does not fault on each.
    private static void touch(MemorySegment memory) {
        for (long at = 0; at < memory.byteSize(); at += PAGE) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
        }
    }

    /// Opens the segment that this or another process has prepared; empty if it is gone.
    Optional<PreparedSegment> open(long nonce) throws IOException {
        for (String name : storage.list(paths.directory())) {
            if (ShardPaths.isPrepared(name) && name.endsWith(".prepared") && ShardPaths.preparedNonce(name) == nonce) {
                Path path = paths.directory().resolve(name);
                try {
                    return Optional.of(map(path, paths.preparedIndex(path), nonce));
                } catch (NoSuchFileException e) {
                    // Another process has rolled to it since it was listed.
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private PreparedSegment map(Path path, Path indexPath, long nonce) throws IOException {
        StorageFile channel = storage.open(path, Storage.Access.WRITE);
        try (StorageFile indexChannel = storage.open(indexPath, Storage.Access.WRITE)) {
            MappedFile index = indexChannel.map(indexChannel.size(), true);
            return new PreparedSegment(path, indexPath, nonce, channel, channel.map(channel.size(), true), index);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /// Deletes a prepared segment that nobody will use.
    void discard(PreparedSegment prepared) throws IOException {
        prepared.unmap();
        boolean _ = unlink(prepared.path());
        boolean _ = unlink(prepared.indexPath());
    }

    /// What dead processes prepared and nobody will use: everything but the one called `keepNonce`. Certain only for
    /// the holder of the lock word, or who recovers the shard; what was certain once stays so.
    List<Path> leftBehind(long keepNonce) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String name : storage.list(paths.directory())) {
            if (ShardPaths.isPrepared(name)
                    && (keepNonce == 0 || ShardPaths.preparedNonce(name) != keepNonce)
                    && !incarnations.isAlive(ShardPaths.preparedBy(name))) {
                found.add(paths.directory().resolve(name));
            }
        }
        return found;
    }

    private void deleteIfThere(Path path) throws IOException {
        if (storage.kind(path) != Storage.FileKind.ABSENT) {
            storage.delete(path);
        }
    }

    /// Deletes a file that was reserved when it was made; false if it is gone. Whoever deletes returns the
    /// bytes, so that they are returned once.
    boolean unlink(Path path) throws IOException {
        try {
            long bytes = storage.size(path);
            storage.delete(path);
            budget.release(bytes);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// Renames a file, and returns the bytes of the one that it replaces, if any.
    void renameOver(Path from, Path to) throws IOException {
        long replaced = storage.kind(to) == Storage.FileKind.REGULAR ? storage.size(to) : 0;
        storage.rename(from, to);
        // Behind the rename: as long as both are there, both take room.
        budget.release(replaced);
    }
}
