package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.cometlog.EntryVisitor;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardReaderAllocationTest {
    private static final int ENTRIES = 400;

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
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 3000; round++) {
                reader.seek(0);
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < ENTRIES; i += 10) {
                    var _ = reader.scan(10, verify, visitor, gaps);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            // Looking the first offset up may box a number; 400 entries in 40 calls add nothing to it.
            assertThat(least).isLessThan(200);
        }
    }
}
