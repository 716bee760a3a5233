package dev.cometlog.internal.log;

import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// Puts forced copies in the place of segment files whose bytes may not have reached the disk.
///
/// The copy is byte for byte, nonce included, so every frame verifies where it did. What does not verify, or cannot be
/// read any more, stays a gap for readers; the file it came from is then kept in quarantine. Made under the name of a
/// prepared segment, which is swept if we die. Room for one copy is reserved at a time.
final class SegmentCopy implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SegmentCopy.class.getName());
    private static final int CHUNK = 1 << 20;
    private static final int BLOCK = 4096;

    private final ShardContext context;
    private final ShardStorage files;
    private final Storage storage;
    private final Quarantine quarantine;

    /// Bytes that are reserved and belong to no file of ours.
    private long reserved;

    /// Reserves room for the largest segment that may have to be copied.
    SegmentCopy(ShardContext context, ShardStorage files) throws IOException {
        this.context = context;
        this.files = files;
        this.storage = context.storage();
        this.quarantine = new Quarantine(storage, files.paths());
        long largest = 0;
        for (long base : files.segments().bases()) {
            if (base >= checkpointBase()) {
                largest = Math.max(largest, storage.size(files.paths().segment(base)));
            }
        }
        reserve(largest);
    }

    private long checkpointBase() {
        return files.state().checkpoint().map(slot -> slot.segmentBase()).orElse(ShardState.NO_SEGMENT);
    }

    private void reserve(long bytes) {
        context.budget().reserve(new SpacePolicy.Request(files.id(), context.settings(), bytes, false));
        reserved = bytes;
    }

    /// Copies, forces and renames the segment at `base`, and returns its bytes. Called by the holder of the lock word.
    ///
    /// @param end where its entries end
    long replace(long base, long end) throws IOException {
        Path path = files.paths().segment(base);
        long nonce = ThreadLocalRandom.current().nextLong();
        Path copy = files.paths().prepared(context.incarnations().self(), nonce);
        long bytes = storage.size(path);
        if (bytes > reserved) {
            throw new IOException(path + " has grown to " + bytes + " bytes; room was made for " + reserved);
        }
        boolean renamed = false;
        try {
            boolean whole = copy(path, copy, bytes);
            if (KillPoint.ENABLED) {
                KillPoint.CURE_COPIED.reached();
            }
            if (!whole || !verifies(copy, base, end)) {
                keepDamaged(path, bytes);
            }
            storage.rename(copy, path);
            renamed = true;
            return bytes;
        } finally {
            if (!renamed && storage.kind(copy) != Storage.FileKind.ABSENT) {
                storage.delete(copy);
            }
        }
    }

    /// Keeps the first one of each name, if there is room: an attempt that fails later is made again and again.
    private void keepDamaged(Path path, long bytes) throws IOException {
        Optional<Path> kept = Optional.empty();
        boolean known = quarantine.holds(path);
        if (!known && context.budget().tryReserve(bytes, 0)) {
            boolean linked = false;
            try {
                kept = Optional.of(quarantine.keep(path));
                linked = true;
            } finally {
                if (!linked) {
                    context.budget().release(bytes);
                }
            }
            quarantine.force();
        }
        LOG.log(
                known ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR,
                "{0}: not all of it is intact any more; what is not becomes a gap{1}",
                path,
                kept.map(place -> "; the file as it was is kept as " + place).orElse(""));
    }

    /// Writes the copy and forces it. False if some of the old file could not be read: that is zeros in the copy.
    private boolean copy(Path from, Path to, long bytes) throws IOException {
        boolean whole = true;
        byte[] buffer = new byte[(int) Math.min(CHUNK, bytes)];
        try (StorageFile source = storage.open(from, Storage.Access.READ);
                StorageFile target = storage.open(to, Storage.Access.CREATE)) {
            for (long at = 0; at < bytes; at += buffer.length) {
                int length = (int) Math.min(buffer.length, bytes - at);
                whole &= read(source, at, buffer, length);
                target.write(at, buffer, 0, length);
            }
            target.force();
        }
        return whole;
    }

    private static boolean read(StorageFile source, long position, byte[] into, int length) throws IOException {
        try {
            return source.read(position, into, 0, length) == length;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "reading by blocks from position " + position, e);
        }
        boolean any = false;
        IOException last = null;
        Arrays.fill(into, (byte) 0);
        for (int at = 0; at < length; at += BLOCK) {
            int block = Math.min(BLOCK, length - at);
            try {
                any |= source.read(position + at, into, at, block) == block;
            } catch (IOException e) {
                Arrays.fill(into, at, at + block, (byte) 0);
                last = e;
            }
        }
        if (!any && last != null) {
            // The device is gone rather than a block of it.
            throw last;
        }
        return false;
    }

    /// Whether every frame of the copy that readers may see does.
    private boolean verifies(Path copy, long base, long end) throws IOException {
        try (StorageFile file = storage.open(copy, Storage.Access.READ)) {
            byte[] bytes = new byte[SegmentHeader.LENGTH];
            Optional<SegmentHeader> header = file.read(0, bytes, 0, bytes.length) == bytes.length
                    ? SegmentHeader.decode(bytes)
                            .filter(found -> files.segments().isOurs(found, base))
                    : Optional.empty();
            if (header.isEmpty() || file.size() < header.get().capacity()) {
                return false;
            }
            try (MappedFile mapped = file.map(header.get().capacity(), false)) {
                SegmentIndex none =
                        new SegmentIndex(header.get().capacity(), header.get().nonce());
                Segment segment = new Segment(copy, header.get(), mapped, none, null, 0);
                FrameWalker walker = new FrameWalker(segment, SegmentHeader.LENGTH, base, segment.capacity());
                walker.walkTo(end);
                return walker.offset() == end;
            }
        }
    }

    @Override
    public void close() {
        context.budget().release(reserved);
    }
}
