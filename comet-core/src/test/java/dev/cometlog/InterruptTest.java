package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An interrupt closes a FileChannel under whoever does I/O just then; it must not close one of ours.
@Timeout(60)
class InterruptTest {
    private static final int APPENDS = 20_000;
    private static final int SYNC_EVERY = 500;
    private static final int ENTRY_BYTES = 1_000;
    private static final int SEGMENT_BYTES = 256 * 1024;

    @TempDir
    Path directory;

    private int interrupted;

    @Test
    void anInterruptAtAnyPointLosesNothingThatWasAcknowledgedAndLeavesTheLogUsable() throws InterruptedException {
        List<Long> acknowledged = new ArrayList<>();
        try (Comet comet = Comet.open(directory, c -> c.segmentBytes(SEGMENT_BYTES))) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            AtomicBoolean done = new AtomicBoolean();
            Thread appender = Thread.currentThread();
            Thread interrupter = Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    appender.interrupt();
                    LockSupport.parkNanos(100_000);
                }
            });
            try {
                for (int i = 0; i < APPENDS; i++) {
                    appendOrBeInterrupted(shard, acknowledged);
                    if (i % SYNC_EVERY == 0) {
                        syncOrBeInterrupted(shard);
                    }
                }
            } finally {
                done.set(true);
                while (interrupter.isAlive()) {
                    Thread.interrupted();
                    Thread.onSpinWait();
                }
                Thread.interrupted();
            }
            assertThat(acknowledged).hasSizeGreaterThan(APPENDS / 2);
            shard.append(payload(-1));
            shard.sync();
            assertThat(shard.durableOffset()).isEqualTo(shard.endOffset());
        }
        System.out.println(interrupted + " of the calls were interrupted");
        try (Comet comet = Comet.open(directory)) {
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            assertThat(shard.endOffset()).isEqualTo(acknowledged.size() + 1L);
            List<Entry> entries = shard.recent(APPENDS + 1);
            for (int i = 0; i < acknowledged.size(); i++) {
                assertThat(entries.get(i).id().offset()).isEqualTo(acknowledged.get(i));
                assertThat(entries.get(i).bytes()).isEqualTo(payload(i));
            }
        }
    }

    private void appendOrBeInterrupted(CometShard shard, List<Long> acknowledged) {
        try {
            acknowledged.add(shard.append(payload(acknowledged.size())));
        } catch (CometException.Interrupted e) {
            interrupted++;
            assertThat(Thread.interrupted()).as("the interrupt is still told").isTrue();
        }
    }

    private void syncOrBeInterrupted(CometShard shard) {
        try {
            shard.sync();
        } catch (CometException.Interrupted e) {
            interrupted++;
            assertThat(Thread.interrupted()).as("the interrupt is still told").isTrue();
        }
    }

    private static byte[] payload(int number) {
        byte[] bytes = new byte[ENTRY_BYTES];
        byte[] text = Integer.toString(number).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, bytes, 0, text.length);
        return bytes;
    }
}
