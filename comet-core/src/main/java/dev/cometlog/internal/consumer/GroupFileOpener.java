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
import java.util.stream.IntStream;

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
                writeHeader(stream, file, mapped, header);
            }
            return writable || !GroupDescriptor.isOfAnother(mapped.memory(), header) ? mapped : emptied(mapped, header);
        } catch (IOException | RuntimeException | Error e) {
            mapped.close();
            throw e;
        }
    }

    /// Makes a file the group's own. Under the control lock: what another process has acknowledged in it since must
    /// stay.
    private void writeHeader(LogStream stream, StorageFile file, MappedFile mapped, byte[] header) throws IOException {
        MemorySegment memory = mapped.memory();
        try (LockFile.Held _ = log.incarnations().control(log.config().appendTimeout())) {
            if (GroupDescriptor.startsWith(memory, header)) {
                return;
            }
            if (GroupDescriptor.isOfAnother(memory, header)) {
                refuseIfAlive(stream, file, mapped);
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} is the file of another group, whose acks are not believed; the group starts at the earliest"
                                + " entry",
                        file.path());
                GroupDescriptor.empty(memory);
                // Until its acks are gone for good the file must be known for what it is.
                file.force();
            } else {
                LOG.log(System.Logger.Level.WARNING, "{0} had a damaged header, which is written again", file.path());
            }
            GroupDescriptor.write(memory, header);
        }
    }

    /// A file that has got a second name while its own group reads by it must not be taken from that one.
    private void refuseIfAlive(LogStream stream, StorageFile file, MappedFile mapped) {
        GroupFile other = new GroupFile(file, mapped, stream.shardCount());
        boolean alive =
                IntStream.range(0, stream.shardCount()).mapToLong(other::lease).anyMatch(this::isAlive)
                        || IntStream.rangeClosed(1, GroupDescriptor.MEMBERS)
                                .mapToLong(other::memberIncarnation)
                                .anyMatch(this::isAlive);
        if (alive) {
            throw new CometException.Damaged(file.path(), "is the file of another group, for which somebody reads");
        }
    }

    private boolean isAlive(long incarnation) {
        return incarnation != 0
                && incarnation != GroupDescriptor.DELETED
                && log.incarnations().isAlive(incarnation);
    }

    /// What one who must not change another group's file sees in its place: a group that has seen nothing.
    private static MappedFile emptied(MappedFile mapped, byte[] header) {
        MappedFile copy = mapped.privateCopy();
        GroupDescriptor.empty(copy.memory());
        GroupDescriptor.write(copy.memory(), header);
        mapped.close();
        return copy;
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
