package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Gap;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.Checkpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files of one shard in memory, read, recovered and appended to as they are.
final class FuzzedShard {
    static final long FIRST_EPOCH = 1;
    private static final int EVEN_SLOT = 512;

    final ShardId id = ShardId.of("events:v1", 0, 1);
    final ShardPaths paths;
    final MemoryStorage storage;
    private final ShardFixture fixture;
    private final ShardContext sameBoot;
    private final ShardContext otherBoot;

    FuzzedShard(Path scratch) throws IOException {
        storage = new MemoryStorage(scratch);
        storage.createDirectory(scratch.resolve("processes"));
        fixture = new ShardFixture(scratch, storage);
        fixture.segmentBytes = 64 << 10;
        fixture.time = new ManualTime();
        fixture.epoch = FIRST_EPOCH + 1;
        sameBoot = fixture.context(ShardFixture.BOOT);
        otherBoot = fixture.context(ShardFixture.OTHER_BOOT);
        paths = fixture.paths;
        storage.createDirectory(paths.directory());
    }

    /// The page of a shard that this boot made and that needs recovery, with offsets reserved.
    byte[] page() {
        byte[] page =
                ShardState.initialPage(id.streamHash(), id.shard(), id.shardCount(), FIRST_EPOCH, ShardFixture.BOOT);
        Checkpoint reservation = Checkpoint.FIRST.withReservedEnd(ShardSync.RESERVED_AHEAD);
        System.arraycopy(reservation.encode(), 0, page, EVEN_SLOT, Checkpoint.LENGTH);
        return page;
    }

    void clear() {
        storage.clear(paths.directory());
    }

    /// A state page that is not the file's.
    static ShardState state(byte[] page) {
        // Words need the alignment of a long.
        MemorySegment memory = MemorySegment.ofArray(new long[page.length / Long.BYTES]);
        MemorySegment.copy(MemorySegment.ofArray(page), 0, memory, 0, page.length);
        return new ShardState(MemoryStorage.mapped(memory));
    }

    /// Reads all from every kind of place and in both modes; returns what a verifying scan told.
    List<String> readAll(ShardState state) {
        Segments segments = new Segments(storage, id, paths, null);
        try {
            ShardView view = new ShardView(id, paths, storage, state, segments);
            List<String> told = read(view, Verify.CRC);
            List<String> _ = read(view, Verify.NONE);
            SegmentTimes times = new SegmentTimes(view);
            long end = state.endOffset();
            for (long micros : new long[] {0, HandmadeShard.TIME, HandmadeShard.TIME + 1000, Long.MAX_VALUE}) {
                long offset = offsetAt(times, micros, end);
                if (offset > Math.max(0, end) && end >= 0) {
                    throw new AssertionError("offset " + offset + " at time " + micros + " is above the end " + end);
                }
            }
            long _ = times.recentStart(10);
            ignoringCodecs(times::oldestTimestamp);
            ignoringCodecs(times::newestTimestamp);
            return told;
        } finally {
            segments.close();
            state.close();
        }
    }

    private static long offsetAt(SegmentTimes times, long micros, long end) {
        try {
            return times.offsetAt(micros);
        } catch (CometException.MissingCodec _) {
            return end;
        }
    }

    private static void ignoringCodecs(Runnable question) {
        try {
            question.run();
        } catch (CometException.MissingCodec _) {
            // As documented.
        }
    }

    /// Entries as `offset=text` and gaps as `from..to`; offsets must follow each other without a hole.
    private static List<String> read(ShardView view, Verify verify) {
        ShardReader reader = new ShardReader(view, FuzzCodec.CODECS);
        List<String> told = new ArrayList<>();
        long[] next = {0};
        try {
            while (reader.scan(
                            100,
                            verify,
                            (offset, micros, memory, position, length) -> {
                                follow(next, offset, offset + 1);
                                byte[] payload = new byte[Math.min(length, 100)];
                                MemorySegment.copy(memory, position, MemorySegment.ofArray(payload), 0, payload.length);
                                told.add(offset + "=" + new String(payload, StandardCharsets.ISO_8859_1));
                                return true;
                            },
                            (Gap gap) -> {
                                follow(next, gap.from(), gap.to());
                                told.add(gap.from() + ".." + gap.to());
                            })
                    > 0) {
                // Until nothing more comes.
            }
        } catch (CometException.MissingCodec _) {
            return told;
        }
        long end = view.state().endOffset();
        if (next[0] != Math.max(0, end)) {
            throw new AssertionError("reading ended at " + next[0] + " of " + end);
        }
        return told;
    }

    private static void follow(long[] next, long from, long to) {
        if (from != next[0] || to <= from) {
            throw new AssertionError(from + ".." + to + " was told where " + next[0] + " was expected");
        }
        next[0] = to;
    }

    /// Opens the shard as the first in a new epoch, appends, and finds what it appended.
    ///
    /// @throws CometException what an open or an append may say
    void recover(boolean afterReboot) {
        Shard shard = Shard.open(afterReboot ? otherBoot : sameBoot, id, paths);
        boolean closed = false;
        try {
            byte[] payload = "appended".getBytes(StandardCharsets.UTF_8);
            long before = shard.state().endOffset();
            long offset = shard.append(payload, 0, payload.length);
            if (offset < before) {
                throw new AssertionError("offset " + offset + " was handed out below the end " + before);
            }
            List<String> last = new ArrayList<>();
            ShardReader reader = new ShardReader(shard.view(), FuzzCodec.CODECS);
            reader.seek(offset);
            int _ = reader.scan(
                    1,
                    Verify.CRC,
                    (at, micros, memory, position, length) -> last.add(at + " " + length),
                    GapVisitor.ignore());
            if (!last.equals(List.of(offset + " " + payload.length))) {
                throw new AssertionError("appended at " + offset + ", read " + last);
            }
            closed = true;
            shard.close(true);
        } finally {
            if (!closed) {
                closeAfterFailure(shard);
            }
        }
    }

    private static void closeAfterFailure(Shard shard) {
        try {
            shard.close(true);
        } catch (CometException _) {
            // The failure that led here is thrown.
        }
    }
}
