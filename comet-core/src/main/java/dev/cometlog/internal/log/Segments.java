package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The segment files of one shard: which there are, and those of them that are mapped.
///
/// Thread-safe. Does I/O, so never called on the append path.
public final class Segments {
    private final Storage storage;
    private final ShardId id;
    private final ShardPaths paths;
    private final boolean writable;
    private final IndexFiles indexes;

    /// How often files of the shard were replaced by copies: a mapping from before is of a file that is gone.
    private volatile LongSupplier rewrites = () -> 0;

    /// Mapped segments by base offset; the catalogue's own reference to each.
    private final ConcurrentSkipListMap<Long, Segment> mapped = new ConcurrentSkipListMap<>();

    /// Held while a file is opened and mapped, so that two do not map it twice.
    private final Object opening = new Object();

    /// What holders of the shard's lock no longer need. They end no mapping: that takes a handshake with every thread.
    private final ConcurrentLinkedQueue<Runnable> leaving = new ConcurrentLinkedQueue<>();

    private boolean closed; // guarded by this

    /// @param budget of the log that files are made for; null for a reader, which makes none
    Segments(Storage storage, ShardId id, ShardPaths paths, @Nullable DiskBudget budget) {
        this.storage = storage;
        this.id = id;
        this.paths = paths;
        this.writable = budget != null;
        this.indexes = new IndexFiles(storage, paths, budget);
    }

    /// Says where to look whether files were replaced; before the first of them is opened.
    void watch(ShardState state) {
        rewrites = state::rewrites;
    }

    /// Whether a copy has taken the place of the file that is mapped there. What was in it then is in both; what
    /// came later is in the copy alone.
    boolean isReplaced(Segment segment) {
        return segment.rewrites() != rewrites.getAsLong();
    }

    /// Base offsets of all segment files, ascending.
    public long[] bases() throws IOException {
        return storage.list(paths.directory()).stream()
                .map(ShardPaths::segmentBase)
                .flatMapToLong(base -> base.stream())
                .sorted()
                .toArray();
    }

    /// The segment with that base offset, with a reference for the caller; empty if there is no such file
    /// or its header is not one of this shard's.
    ///
    /// @throws CometException.Damaged if the file cannot be used at all, such as a link in its place
    public Optional<Segment> acquire(long base) throws IOException {
        Segment known = mapped.get(base);
        if (known != null && acquirePresent(known)) {
            return Optional.of(known);
        }
        return IoThreads.call(() -> acquireAnew(base));
    }

    private Optional<Segment> acquireAnew(long base) throws IOException {
        // Whoever adopts a segment holds the shard's lock and must not wait for this.
        synchronized (opening) {
            checkOpen();
            Segment known = mapped.get(base);
            if (known != null && acquirePresent(known)) {
                return Optional.of(known);
            }
            Segment opened = open(base);
            if (opened == null) {
                forget(base, known);
                return Optional.empty();
            }
            return Optional.of(keep(opened, known));
        }
    }

    /// Puts a segment that was just opened into the catalogue, unless a newer one was adopted meanwhile. Returns the
    /// one that is there now, with a reference for the caller.
    private Segment keep(Segment opened, @Nullable Segment before) {
        @Nullable Segment spare = opened;
        try {
            synchronized (this) {
                if (closed) {
                    throw new CometException.Closed(id.toString());
                }
                Segment now = mapped.get(opened.baseOffset());
                if (now != null && now != before && now.rewrites() == opened.rewrites() && now.acquire()) {
                    return now;
                }
                boolean _ = opened.acquire();
                spare = mapped.put(opened.baseOffset(), opened);
                return opened;
            }
        } finally {
            // Ending a mapping takes a handshake with every thread.
            retire(spare);
        }
    }

    private static void retire(@Nullable Segment segment) {
        if (segment != null) {
            segment.retire();
        }
    }

    private synchronized void checkOpen() {
        if (closed) {
            throw new CometException.Closed(id.toString());
        }
    }

    /// An empty active segment that proves too small is replaced by a larger one of the same name, so a mapping
    /// in which nothing stands may be of a file that is gone: it is opened anew. So is one of a file that a cure
    /// has replaced.
    private boolean acquirePresent(Segment known) {
        if (!known.acquire()) {
            return false;
        }
        if (known.isEmpty() || isReplaced(known)) {
            known.release();
            return false;
        }
        return true;
    }

    private @Nullable Segment open(long base) throws IOException {
        Path path = paths.segment(base);
        // Before the file is opened: if it is replaced in between, it is opened once too often, never too rarely.
        long tag = rewrites.getAsLong();
        StorageFile channel;
        try {
            channel = storage.open(path, writable ? Storage.Access.WRITE : Storage.Access.READ);
        } catch (NoSuchFileException e) {
            return null;
        }
        try {
            Optional<SegmentHeader> header = readHeader(channel, base);
            if (header.isEmpty()) {
                channel.close();
                return null;
            }
            // A file may be shorter than it should after a power loss; what is behind its end must not be touched.
            long length = Math.min(channel.size(), header.get().capacity());
            MappedFile file = channel.map(length, writable);
            SegmentIndex index = indexes.open(base, (int) length, header.get().nonce());
            Segment segment = new Segment(path, header.get(), file, index, channel, tag);
            if (!index.isShared()) {
                indexes.rebuild(segment);
            }
            return segment;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private Optional<SegmentHeader> readHeader(StorageFile channel, long base) throws IOException {
        byte[] bytes = new byte[SegmentHeader.LENGTH];
        if (channel.read(0, bytes, 0, bytes.length) < bytes.length) {
            return Optional.empty();
        }
        return SegmentHeader.decode(bytes).filter(header -> isOurs(header, base));
    }

    /// Whether a header belongs to the file of this shard that is named for `base`.
    boolean isOurs(SegmentHeader header, long base) {
        return header.streamHash() == id.streamHash() && header.shard() == id.shard() && header.baseOffset() == base;
    }

    /// Gives a reference back, at the next [#letLeave]. May be called by the holder of the shard's lock.
    void releaseLater(Segment segment) {
        leaving.add(segment::release);
    }

    /// Ends what holders of the shard's lock have given back.
    void letLeave() {
        for (Runnable next = leaving.poll(); next != null; next = leaving.poll()) {
            next.run();
        }
    }

    /// Puts a segment that the caller mapped itself into the catalogue, which takes over a reference to it. Called by
    /// the holder of the shard's lock.
    void adopt(Segment segment) {
        Segment before;
        synchronized (this) {
            if (closed) {
                leaving.add(segment::retire);
                throw new CometException.Closed(id.toString());
            }
            before = mapped.put(segment.baseOffset(), segment);
        }
        if (before != null) {
            leaving.add(before::retire);
        }
    }

    /// Lets go of one mapping, so that it is opened anew when next needed.
    void forget(long base) {
        retire(mapped.remove(base));
    }

    /// Lets go of a mapping unless the file that has its name is the one that is mapped: another process may have
    /// replaced it, or somebody deleted it. To map a large file again takes far longer than to look.
    void forgetIfReplaced(long base) throws IOException {
        Segment known = mapped.get(base);
        if (known != null && !IoThreads.call(() -> hasItsName(known))) {
            forget(base, known);
        }
    }

    private boolean hasItsName(Segment known) throws IOException {
        try (StorageFile file = storage.open(known.path(), Storage.Access.READ)) {
            return readHeader(file, known.baseOffset())
                    .filter(header -> header.nonce() == known.nonce())
                    .isPresent();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void forget(long base, @Nullable Segment known) {
        if (known != null && mapped.remove(base, known)) {
            known.retire();
        }
    }

    /// Lets go of the mappings that housekeeping finds no use for: below the start offset, and, apart from
    /// the newest `keep`, durable ones that nobody used since the call before, for who reads a log again and
    /// again would have to fault every page of it in again. A deleted file takes room on the disk as long as
    /// anybody has it mapped.
    ///
    /// @param activeBase the segment that stays, wherever the start offset is
    void trim(long startOffset, long durableOffset, long activeBase, int keep) {
        Map<Long, Segment> spare = new TreeMap<>(mapped.headMap(startOffset, false));
        int older = mapped.headMap(durableOffset, true).size() - 1 - keep;
        for (Map.Entry<Long, Segment> entry : mapped.entrySet()) {
            if (older-- <= 0) {
                break;
            }
            if (!entry.getValue().wasUsed()) {
                spare.put(entry.getKey(), entry.getValue());
            }
        }
        spare.remove(activeBase);
        spare.forEach(this::forget);
    }

    void close() {
        synchronized (this) {
            closed = true;
        }
        // Nothing is put there from now on.
        mapped.forEach(this::forget);
        letLeave();
    }
}
