package dev.cometlog.cli;

import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/// A copy of a group's file, so that looking at it can never change it.
final class GroupPage {
    /// Much more than the most shards need.
    private static final int MAX_BYTES = 16 << 20;

    private final byte[] bytes;

    private GroupPage(byte[] bytes) {
        this.bytes = bytes;
    }

    static GroupPage read(Path file) throws IOException {
        return new GroupPage(DataFile.readAll(file, MAX_BYTES));
    }

    int length() {
        return bytes.length;
    }

    Optional<GroupDescriptor.Header> header() {
        return GroupDescriptor.decode(bytes);
    }

    boolean startsWith(byte[] header) {
        return bytes.length >= header.length && Arrays.equals(bytes, 0, header.length, header, 0, header.length);
    }

    /// How many shards the file has room for, whatever its header says.
    int shards() {
        int perShard = GroupDescriptor.length(1) - GroupDescriptor.length(0);
        return Math.max(0, bytes.length - GroupDescriptor.length(0)) / perShard;
    }

    boolean holds(int shard) {
        return GroupDescriptor.essentialLength(shard + 1) <= bytes.length;
    }

    /// Below which offset everything is acknowledged; empty if the word does not verify.
    OptionalLong acked(int shard) {
        return GroupDescriptor.acked(word(GroupDescriptor.ackField(shard)));
    }

    boolean isDeleted() {
        return holds(0) && word(GroupDescriptor.leaseField(0)) == GroupDescriptor.DELETED;
    }

    long word(int at) {
        return LittleEndian.getLong(bytes, at);
    }

    int half(int at) {
        return LittleEndian.getInt(bytes, at);
    }
}
