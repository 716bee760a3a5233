package dev.cometlog;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/// The ids of one batch: consecutive, so only the first is kept.
final class EntryIds extends AbstractList<EntryId> implements RandomAccess {
    private final String stream;
    private final int shard;
    private final long first;
    private final int size;

    EntryIds(String stream, int shard, long first, int size) {
        this.stream = stream;
        this.shard = shard;
        this.first = first;
        this.size = size;
    }

    @Override
    public EntryId get(int index) {
        return new EntryId(stream, shard, first + Objects.checkIndex(index, size));
    }

    @Override
    public int size() {
        return size;
    }
}
