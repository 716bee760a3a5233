package dev.cometlog.internal.log;

import dev.cometlog.CometConfig;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;

/// A small log as it lies on a disk: a sealed segment and an active one that hold a few KiB of small entries each, the
/// latter two large ones as well, two groups, and all the files around.
///
/// @param disk what is on it
/// @param entries what was appended, by offset
/// @param frames where the batch of each entry lies
/// @param unpublished what the append that the process died in would have appended, by offset
/// @param durable below it everything was forced
/// @param kept from it on the power loss took everything; the end if there was none
/// @param acked how far each group has come
record SmallLog(
        Left left,
        MemoryDisk disk,
        Path root,
        NavigableMap<Long, byte[]> entries,
        NavigableMap<Long, Frame> frames,
        NavigableMap<Long, byte[]> unpublished,
        long durable,
        long kept,
        Map<String, Long> acked) {
    static final String STREAM = "events:v1";
    static final int SEGMENT_BYTES = 64 * 1024;
    static final BootId BOOT = new BootId(1, 2);
    private static final BootId OTHER_BOOT = new BootId(3, 4);
    private static final CometConfig CONFIG =
            CometConfig.builder().segmentBytes(SEGMENT_BYTES).build();
    private static final int SECTOR = 512;

    /// How the log was left.
    enum Left {
        CLOSED,
        /// Its only process was killed in an append, between the last byte and the publication. Another segment is
        /// prepared, and acks are not forced.
        KILLED,
        /// The same, and then the machine lost its power. A sector of a batch that was not forced never came to the
        /// disk, what lies behind it did. The acks that were not forced are gone.
        POWER_LOST
    }

    /// Bytes of a segment.
    record Frame(long base, int from, int to) {}

    static Log open(Function<FilesMode, Storage> storages, Path root, ManualTime time, BootId boot) {
        return new LogOpener(
                        new LogDirectory(root),
                        CONFIG,
                        new Machine(storages, time, () -> boot, (name, count) -> new DirectExecutor()))
                .open();
    }

    /// @param root where processes have their locks; also where the process that dies writes, in a directory beside
    /// @param classPath of the process that dies
    static SmallLog make(Path root, ManualTime time, Left left, String classPath)
            throws IOException, InterruptedException {
        MemoryDisk disk = new MemoryDisk(root, time);
        Log log = open(mode -> disk, root, time, BOOT);
        SmallLogWriter writer = new SmallLogWriter(log, time);
        writer.write();
        long end = writer.end();
        if (left == Left.CLOSED) {
            writer.closeConsumers();
            log.close();
            return new SmallLog(
                    left, disk, root, writer.entries(), writer.frames(), new TreeMap<>(), end, end, writer.acked());
        }
        // The process that dies writes the same; so this one knows what it wrote.
        MemoryDisk killed = DyingWriter.run(root, time, writer.appends() + 1, classPath);
        writer.writeUnpublished();
        log.incarnations().close();
        NavigableMap<Long, byte[]> entries = writer.entries();
        NavigableMap<Long, byte[]> unpublished = new TreeMap<>(entries.tailMap(end, true));
        entries.tailMap(end, true).clear();
        SmallLog dead = new SmallLog(
                left, killed, root, entries, writer.frames(), unpublished, writer.durable(), end, writer.acked());
        return left == Left.KILLED ? dead : dead.withoutUnforced(writer.tornBatch(), writer.ackedBefore());
    }

    private SmallLog withoutUnforced(long tornBatch, Map<String, Long> ackedBefore) {
        Frame torn = frame(tornBatch);
        Path segment = paths().segment(torn.base());
        byte[] bytes = disk.bytes(segment);
        int sector = (torn.from() / SECTOR + 1) * SECTOR;
        if (sector + SECTOR > torn.to()) {
            throw new AssertionError("no whole sector lies in " + torn);
        }
        Arrays.fill(bytes, sector, sector + SECTOR, (byte) 0);
        disk.put(segment, bytes);
        ackedBefore.forEach((group, offset) -> {
            Path file = GroupFiles.of(paths().directory().getParent(), group);
            byte[] words = disk.bytes(file);
            byte[] before = GroupDescriptor.initial(0, 0, new long[] {offset});
            int field = GroupDescriptor.ackField(0);
            System.arraycopy(before, field, words, field, Long.BYTES);
            disk.put(file, words);
        });
        Map<String, Long> after = new TreeMap<>(acked);
        after.putAll(ackedBefore);
        return new SmallLog(left, disk, root, entries, frames, unpublished, durable, tornBatch, after);
    }

    /// Of the only shard.
    ShardPaths paths() {
        return paths(disk);
    }

    static ShardPaths paths(MemoryDisk disk) {
        return new ShardPaths(disk.files().keySet().stream()
                .filter(path -> path.toString().endsWith(".log"))
                .findFirst()
                .orElseThrow()
                .getParent());
    }

    /// Where the batch of an entry lies.
    Frame frame(long offset) {
        Frame frame = frames.get(offset);
        if (frame == null) {
            throw new AssertionError("no entry has offset " + offset);
        }
        return frame;
    }

    long end() {
        return entries.lastKey() + 1;
    }

    /// The run of the machine in which it is opened next.
    BootId nextBoot() {
        return left == Left.POWER_LOST ? OTHER_BOOT : BOOT;
    }
}
