package dev.cometlog.internal.log;

import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files of one shard, made by hand for tests of what reads them.
final class HandmadeShard implements AutoCloseable {
    static final int CAPACITY = 64 << 10;
    static final long TIME = 1_700_000_000_000_000L;

    final ShardId id = ShardId.of("events:v1", 7, 16);
    final ShardPaths paths;
    final Storage storage = new DiskStorage(FilesMode.DEFAULT);
    final ShardState state;
    private final List<Segments> opened = new ArrayList<>();

    HandmadeShard(Path directory) throws IOException {
        paths = new ShardPaths(directory);
        byte[] page = ShardState.initialPage(id.streamHash(), id.shard(), id.shardCount(), 1, BootId.UNKNOWN);
        write(paths.state(), page);
        try (StorageFile file = storage.open(paths.state(), Storage.Access.WRITE)) {
            state = new ShardState(file.map(page.length, true));
        }
    }

    SegmentBuilder segment(long base) {
        return segment(base, base, TIME);
    }

    SegmentBuilder segment(long base, long previousEnd, long baseTimestamp) {
        return new SegmentBuilder(id, CAPACITY, base, previousEnd, baseTimestamp);
    }

    /// Writes a segment and its index.
    void save(SegmentBuilder segment) throws IOException {
        write(paths.segment(segment.base), segment.bytes);
        write(paths.index(segment.base), segment.index);
    }

    /// Writes a segment as the active one, and publishes what it holds.
    void saveActive(SegmentBuilder segment) throws IOException {
        save(segment);
        publish(segment);
    }

    void publish(SegmentBuilder active) {
        state.activeBase(active.base);
        state.generation(state.generation() + 1);
        state.writePosition(active.position());
        state.endOffset(active.end());
    }

    void write(Path path, byte[] bytes) throws IOException {
        Storage.Access access =
                storage.kind(path) == Storage.FileKind.ABSENT ? Storage.Access.CREATE : Storage.Access.WRITE;
        try (StorageFile file = storage.open(path, access)) {
            file.write(0, bytes, 0, bytes.length);
        }
    }

    /// A view that has mapped nothing yet.
    ShardView view() {
        Segments segments = new Segments(storage, id, paths, null);
        opened.add(segments);
        return new ShardView(id, paths, storage, state, segments);
    }

    Scan scan(long from) {
        return scan(from, Verify.CRC);
    }

    Scan scan(long from, Verify verify) {
        ShardReader reader = new ShardReader(view());
        reader.seek(from);
        Scan scan = new Scan();
        var _ = reader.scan(Integer.MAX_VALUE, verify, scan::visit, scan::gap);
        return scan;
    }

    @Override
    public void close() {
        opened.forEach(Segments::close);
        state.close();
    }

    /// What a scan delivered, as `offset=payload` and `from..to REASON` in order.
    static final class Scan {
        final List<String> told = new ArrayList<>();
        final List<Long> timestamps = new ArrayList<>();
        final List<Gap> gaps = new ArrayList<>();

        boolean visit(long offset, long timestamp, java.lang.foreign.MemorySegment memory, long position, int length) {
            byte[] payload = memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
            told.add(offset + "=" + new String(payload, StandardCharsets.UTF_8));
            timestamps.add(timestamp);
            return true;
        }

        void gap(Gap gap) {
            told.add(gap.from() + ".." + gap.to() + " " + gap.reason());
            gaps.add(gap);
        }
    }
}
