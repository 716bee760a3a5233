package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.cometlog.EntryVisitor;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardReaderAllocationTest {
    private static final int ENTRIES = 400;
    private static final long LITTLE = 200;
    private static final long LONGEST_WARM_UP_NANOS = 60_000_000_000L;

    /// What one run takes in bytes once compiled code runs it, however long the compiler takes on a busy machine.
    private static long leastAllocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long started = System.nanoTime();
        long least = Long.MAX_VALUE;
        while (least >= LITTLE && System.nanoTime() - started < LONGEST_WARM_UP_NANOS) {
            long before = threads.getCurrentThreadAllocatedBytes();
            work.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @ParameterizedTest
    @EnumSource(Verify.class)
    void aScanAllocatesNothingOnceItIsWarm(Verify verify, @TempDir Path directory) throws IOException {
        try (HandmadeShard files = new HandmadeShard(directory)) {
            SegmentBuilder active = files.segment(0);
            for (int i = 0; i < ENTRIES; i += 4) {
                active.lone("x".repeat(64), i).many(0, i, "a", "b", "c");
            }
            files.saveActive(active);
            ShardReader reader = new ShardReader(files.view());
            EntryVisitor visitor = (offset, time, memory, position, length) -> length > 0;
            GapVisitor gaps = GapVisitor.ignore();
            // Looking the first offset up may box a number; 400 entries in 40 calls add nothing to it.
            assertThat(leastAllocated(() -> {
                        reader.seek(0);
                        for (int i = 0; i < ENTRIES; i += 10) {
                            var _ = reader.scan(10, verify, visitor, gaps);
                        }
                    }))
                    .isLessThan(LITTLE);
        }
    }

    @ParameterizedTest
    @EnumSource(Verify.class)
    void aScanTakesUpTheBuffersOfTheOneBefore(Verify verify, @TempDir Path directory) throws IOException {
        try (HandmadeShard files = new HandmadeShard(directory)) {
            SegmentBuilder active = files.segment(0);
            for (int i = 0; i < ENTRIES; i++) {
                active.lone("x".repeat(64), i);
            }
            files.saveActive(active);
            IdleReader reader = new IdleReader();
            ShardView view = files.view();
            EntryVisitor visitor = (offset, time, memory, position, length) -> length > 0;
            assertThat(leastAllocated(() -> {
                        long next = reader.scan(view, 0, verify, visitor, GapVisitor.ignore());
                        if (next != ENTRIES) {
                            throw new AssertionError("ended at " + next);
                        }
                    }))
                    .isLessThan(LITTLE);
        }
    }

    @Test
    void aVisitorMayScanTheSameShardItself(@TempDir Path directory) throws IOException {
        try (HandmadeShard files = new HandmadeShard(directory)) {
            SegmentBuilder active = files.segment(0);
            active.lone("a", 1).lone("b", 2);
            files.saveActive(active);
            IdleReader reader = new IdleReader();
            ShardView view = files.view();
            List<String> seen = new ArrayList<>();
            long _ = reader.scan(
                    view,
                    0,
                    Verify.CRC,
                    (outer, time, memory, position, length) -> {
                        long _ = reader.scan(
                                view,
                                0,
                                Verify.CRC,
                                (inner, innerTime, innerMemory, at, bytes) -> seen.add(outer + "" + inner),
                                GapVisitor.ignore());
                        return true;
                    },
                    GapVisitor.ignore());
            assertThat(seen).containsExactly("00", "01", "10", "11");
        }
    }
}
