package dev.cometlog.internal.log;

import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
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
            read(GroupFiles.of(stream, name), name, shard).ifPresent(groups::add);
        }
        return groups;
    }

    private Optional<GroupAck> read(Path path, String name, ShardId shard) throws IOException {
        try (StorageFile file = storage.open(path, Storage.Access.READ)) {
            Words words = new Words(file, GroupDescriptor.essentialLength(shard.shardCount()));
            if (words.areOfAnother(name, shard)) {
                // Whoever opens the group will start it at the earliest entry.
                return Optional.of(new GroupAck(name, 0, storage.modifiedMillis(path) * 1000, false));
            }
            if (words.at(GroupDescriptor.leaseField(0)) == GroupDescriptor.DELETED) {
                // It was deleted, and is about to lose its name.
                return Optional.empty();
            }
            long acked = GroupDescriptor.acked(words.at(GroupDescriptor.ackField(shard.shard())))
                    .orElse(0);
            // Before its first ack a group is as old as its file.
            long since = storage.modifiedMillis(path) * 1000;
            for (int i = 0; i < shard.shardCount(); i++) {
                since = Math.max(since, words.at(GroupDescriptor.counterField(i, LAST_ACK_WORD)));
            }
            return Optional.of(new GroupAck(name, acked, since, isLive(words, shard.shardCount())));
        } catch (NoSuchFileException e) {
            // The group was deleted since it was listed.
            return Optional.empty();
        }
    }

    /// A member may have shards that it does not read just now, and who merely acknowledges is in no table.
    private boolean isLive(Words words, int shards) {
        for (int member = 0; member < GroupDescriptor.MEMBERS; member++) {
            if (isAlive(words.at(GroupDescriptor.incarnationField(member)))) {
                return true;
            }
        }
        for (int i = 0; i < shards; i++) {
            if (isAlive(words.at(GroupDescriptor.leaseField(i)))) {
                return true;
            }
        }
        return false;
    }

    private boolean isAlive(long incarnation) {
        return incarnation != 0 && incarnations.isAlive(incarnation);
    }

    /// What a file holds now; zeros behind its end.
    private static final class Words {
        private final byte[] bytes;

        private Words(StorageFile file, int length) throws IOException {
            bytes = new byte[length];
            int _ = file.read(0, bytes, 0, length);
        }

        private boolean areOfAnother(String group, ShardId shard) {
            byte[] header = GroupDescriptor.header(shard.streamHash(), Hashes.fnv1a64(group), shard.shardCount());
            return GroupDescriptor.isOfAnother(MemorySegment.ofArray(bytes), header);
        }

        private long at(int field) {
            return LittleEndian.getLong(bytes, field);
        }
    }
}
