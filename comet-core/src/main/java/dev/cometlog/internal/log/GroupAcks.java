package dev.cometlog.internal.log;

import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads from the group files how far the groups of all processes have come.
///
/// An ack word that cannot be read means the earliest offset: what may be unread is not taken for read.
final class GroupAcks implements ProtectedOffsets {
    /// The word of the last ack among a shard's counters.
    private static final int LAST_ACK_WORD = 4;

    private final Storage storage;
    private final Incarnations incarnations;
    private final GroupFiles files;

    GroupAcks(Storage storage, Incarnations incarnations, GroupFiles files) {
        this.storage = storage;
        this.incarnations = incarnations;
        this.files = files;
    }

    @Override
    public List<GroupAck> groups(ShardId shard, ShardPaths paths) throws IOException {
        Path stream = paths.stream();
        List<GroupAck> groups = new ArrayList<>();
        for (String name : files.groups(stream)) {
            read(GroupFiles.of(stream, name), name, shard.shard()).ifPresent(groups::add);
        }
        return groups;
    }

    private Optional<GroupAck> read(Path path, String name, int shard) throws IOException {
        try (StorageFile file = storage.open(path, Storage.Access.READ)) {
            if (word(file, GroupDescriptor.leaseField(0)) == GroupDescriptor.DELETED) {
                // It was deleted, and is about to lose its name.
                return Optional.empty();
            }
            long acked = GroupDescriptor.acked(word(file, GroupDescriptor.ackField(shard)))
                    .orElse(0);
            long lease = word(file, GroupDescriptor.leaseField(shard));
            long lastAck = word(file, GroupDescriptor.counterField(shard, LAST_ACK_WORD));
            // Before its first ack a group is as old as its file.
            long since = Math.max(lastAck, storage.modifiedMillis(path) * 1000);
            return Optional.of(new GroupAck(name, acked, since, lease != 0 && incarnations.isAlive(lease)));
        } catch (NoSuchFileException e) {
            // The group was deleted since it was listed.
            return Optional.empty();
        }
    }

    private static long word(StorageFile file, int at) throws IOException {
        byte[] bytes = new byte[Long.BYTES];
        int read = file.read(at, bytes, 0, bytes.length);
        return read == bytes.length ? LittleEndian.getLong(bytes, 0) : 0;
    }
}
