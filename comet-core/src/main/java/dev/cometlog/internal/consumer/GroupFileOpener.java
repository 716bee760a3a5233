package dev.cometlog.internal.consumer;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.log.DiskBudget;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.storage.LockFile;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// Opens the file of a group: as long as the group needs it, and with its own header.
final class GroupFileOpener {
    private static final System.Logger LOG = System.getLogger(GroupFileOpener.class.getName());

    private final Log log;
    private final boolean writable;

    GroupFileOpener(Log log) {
        this.log = log;
        this.writable = !log.config().readOnly();
    }

    /// The content of the file of a new group.
    ///
    /// @param acked where it starts in each shard
    static byte[] initial(LogStream stream, String group, long[] acked) {
        return GroupDescriptor.initial(streamHash(stream), groupHash(group), acked);
    }

    GroupFile open(LogStream stream, String group, Path path) throws IOException {
        StorageFile file = log.storage().open(path, writable ? Storage.Access.WRITE : Storage.Access.READ);
        try {
            return new GroupFile(file, map(stream, group, file), stream.shardCount());
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private MappedFile map(LogStream stream, String group, StorageFile file) throws IOException {
        int length = GroupDescriptor.length(stream.shardCount());
        int essential = GroupDescriptor.essentialLength(stream.shardCount());
        long size = file.size();
        if (size < essential) {
            if (!writable) {
                throw new CometException.Damaged(file.path(), "has " + size + " bytes instead of " + length);
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} has {1,number,#} bytes instead of {2,number,#}; the group starts at the earliest entry where its"
                            + " place is lost",
                    file.path(),
                    size,
                    length);
        }
        if (size < length && writable) {
            grow(file, length);
        }
        MappedFile mapped = file.map(writable || size >= length ? length : essential, writable);
        try {
            if (GroupDescriptor.isNewer(mapped.memory())) {
                throw new CometException.NewerFormat(file.path() + " was written by a newer version");
            }
            byte[] header = GroupDescriptor.header(streamHash(stream), groupHash(group), stream.shardCount());
            if (writable && !GroupDescriptor.startsWith(mapped.memory(), header)) {
                writeHeader(file.path(), mapped.memory(), header);
            }
            return mapped;
        } catch (IOException | RuntimeException | Error e) {
            mapped.close();
            throw e;
        }
    }

    /// Makes a file the group's own. Under the control lock: what another process has acknowledged in it since must
    /// stay.
    private void writeHeader(Path path, MemorySegment file, byte[] header) throws IOException {
        try (LockFile.Held _ = log.incarnations().control(log.config().appendTimeout())) {
            if (GroupDescriptor.startsWith(file, header)) {
                return;
            }
            if (GroupDescriptor.isOfAnother(file, header)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} is the file of another group, whose acks are not believed; the group starts at the earliest"
                                + " entry",
                        path);
                file.fill((byte) 0);
            } else {
                LOG.log(System.Logger.Level.WARNING, "{0} had a damaged header, which is written again", path);
            }
            GroupDescriptor.write(file, header);
        }
    }

    /// Gives a file of an older layout what it lacks. Under the control lock: another process may be at it, and what it
    /// has begun to count there must stay.
    private void grow(StorageFile file, int length) throws IOException {
        try (LockFile.Held _ = log.incarnations().control(log.config().appendTimeout())) {
            long size = file.size();
            if (size >= length) {
                return;
            }
            long more = DiskBudget.rounded(length) - DiskBudget.rounded(size);
            log.budget().reserve(more);
            boolean grown = false;
            try {
                file.write(size, new byte[(int) (length - size)], 0, (int) (length - size));
                grown = true;
            } finally {
                if (!grown) {
                    log.budget().release(more);
                }
            }
        }
    }

    private static long streamHash(LogStream stream) {
        return Hashes.fnv1a64(stream.name());
    }

    private static long groupHash(String group) {
        return Hashes.fnv1a64(group);
    }
}
