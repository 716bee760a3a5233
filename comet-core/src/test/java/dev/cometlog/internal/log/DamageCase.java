package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometException;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/// A damaged log that is opened, read, appended to and read again. It must open, deliver nothing that was not
/// appended there, lose nothing but what the damage hit, and report that.
///
/// @param log as it was before
/// @param disk damaged
/// @param boot of the open; another one than the log's stands for a restart of the machine
/// @param mayBeLost which offsets the damage hit
record DamageCase(SmallLog log, MemoryDisk disk, ManualTime time, BootId boot, LongPredicate mayBeLost) {
    private static final byte[] AFTERWARDS = "afterwards".getBytes(StandardCharsets.UTF_8);

    void check() throws IOException, InterruptedException {
        Log opened = SmallLog.open(disk, log.root(), time, boot);
        try {
            Shard shard = opened.find(SmallLog.STREAM)
                    .orElseThrow(() -> new AssertionError("the stream is gone"))
                    .shard(0);
            NavigableMap<Long, byte[]> expected = new TreeMap<>(log.entries());
            readAll(shard, expected, false);
            append(shard, expected);
            readAll(shard, expected, true);
            checkGroup(opened, expected);
        } finally {
            opened.incarnations().close();
        }
    }

    /// Offsets that were handed out are not used again, whatever was lost.
    private void append(Shard shard, NavigableMap<Long, byte[]> expected) {
        long offset;
        try {
            offset = shard.append(AFTERWARDS, 0, AFTERWARDS.length);
        } catch (CometException.Poisoned e) {
            // Damage can say that an fsync failed. Then nothing is appended until the shard was written anew.
            assertThat(shard.state().poison()).isNotZero();
            return;
        }
        assertThat(offset).as("offset of the next append").isGreaterThanOrEqualTo(log.end());
        expected.put(offset, AFTERWARDS);
        shard.sync();
    }

    /// Reads from 0 to the end; what does not come must be told, and hit.
    private void readAll(Shard shard, NavigableMap<Long, byte[]> expected, boolean appended) {
        NavigableMap<Long, byte[]> found = new TreeMap<>();
        long[] next = {0};
        ShardReader reader = new ShardReader(shard.view());
        reader.seek(0);
        int delivered;
        do {
            delivered = reader.scan(
                    Integer.MAX_VALUE,
                    Verify.CRC,
                    (offset, micros, memory, position, length) -> {
                        assertThat(offset).as("next offset or gap").isEqualTo(next[0]++);
                        found.put(offset, memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE));
                        return true;
                    },
                    gap -> passGap(gap, next));
        } while (delivered > 0);
        long end = shard.state().endOffset();
        assertThat(next[0]).as("where reading ends").isEqualTo(end);
        for (Map.Entry<Long, byte[]> entry : found.entrySet()) {
            assertThat(entry.getValue())
                    .as("bytes of offset %d", entry.getKey())
                    .isEqualTo(expected.get(entry.getKey()));
        }
        for (long offset : expected.keySet()) {
            if (!found.containsKey(offset)) {
                assertThat(mayBeLost.test(offset))
                        .as("offset %d is lost", offset)
                        .isTrue();
                assertThat(offset < end || !appended)
                        .as("offset %d is lost and not told", offset)
                        .isTrue();
            }
        }
    }

    private static void passGap(Gap gap, long[] next) {
        assertThat(gap.from()).as("start of a gap").isEqualTo(next[0]);
        next[0] = gap.to();
    }

    /// The group gets everything it had not acknowledged; what it had may come again.
    private void checkGroup(Log opened, NavigableMap<Long, byte[]> expected) throws InterruptedException {
        GroupConsumer consumer = new GroupConsumer(opened, SmallLog.GROUP);
        try {
            NavigableMap<Long, Integer> delivered = new TreeMap<>();
            Batch batch;
            do {
                batch = consumer.poll(SmallLog.STREAM, 1000, Duration.ZERO);
                for (int i = 0; i < batch.size(); i++) {
                    delivered.put(batch.firstOffset() + i, batch.length(i));
                }
                batch.ack();
            } while (batch.size() > 0 || !batch.gaps().isEmpty());
            for (long offset : expected.tailMap(log.acked(), true).keySet()) {
                assertThat(delivered.containsKey(offset) || mayBeLost.test(offset))
                        .as("offset %d came to the group", offset)
                        .isTrue();
            }
        } finally {
            consumer.close();
        }
    }
}
