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
/// appended there, lose nothing but what it may, and report that.
final class DamageCase {
    private static final byte[] AFTERWARDS = "afterwards".getBytes(StandardCharsets.UTF_8);

    /// Two of them need the next segment.
    private static final byte[] LARGE = "afterwards ".repeat(1450).getBytes(StandardCharsets.UTF_8);

    private final SmallLog log;
    private final MemoryDisk disk;
    private final ManualTime time;
    private final LongPredicate mayBeLost;

    /// What must be there, by offset, unless it may be lost.
    private final NavigableMap<Long, byte[]> expected;

    /// What nobody was told of, and may be there all the same.
    private final NavigableMap<Long, byte[]> possible;

    /// @param log as it was before
    /// @param disk damaged
    /// @param mayBeLost which offsets
    DamageCase(SmallLog log, MemoryDisk disk, ManualTime time, LongPredicate mayBeLost) {
        this.log = log;
        this.disk = disk;
        this.time = time;
        this.mayBeLost = mayBeLost;
        this.expected = new TreeMap<>(log.entries());
        this.possible = new TreeMap<>(log.unpublished());
    }

    void check() throws IOException, InterruptedException {
        Log opened = SmallLog.open(mode -> disk, log.root(), time, log.nextBoot());
        try {
            Shard shard = opened.find(SmallLog.STREAM)
                    .orElseThrow(() -> new AssertionError("the stream is gone"))
                    .shard(0);
            readAll(shard, false);
            append(shard);
            readAll(shard, true);
            for (Map.Entry<String, Long> group : log.acked().entrySet()) {
                checkGroup(opened, group.getKey(), group.getValue());
            }
        } finally {
            opened.incarnations().close();
        }
    }

    /// Offsets that were handed out, or under which something was read, are not used again, whatever was lost.
    private void append(Shard shard) {
        long used = Math.max(log.end(), shard.state().endOffset());
        for (byte[] payload : new byte[][] {AFTERWARDS, LARGE, LARGE}) {
            long offset;
            try {
                offset = shard.append(payload, 0, payload.length);
            } catch (CometException.Poisoned e) {
                // Damage can say that an fsync failed. Then nothing is appended until the shard was written anew.
                assertThat(shard.state().poison()).isNotZero();
                return;
            }
            assertThat(offset).as("offset of the next append").isGreaterThanOrEqualTo(used);
            used = offset + 1;
            expected.put(offset, payload);
        }
        shard.sync();
    }

    /// Reads from 0 to the end; what does not come must be told, and be among what may be lost.
    private void readAll(Shard shard, boolean appended) {
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
        found.forEach((offset, payload) -> assertThat(payload)
                .as("bytes of offset %d", offset)
                .isEqualTo(expected.containsKey(offset) ? expected.get(offset) : possible.get(offset)));
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
        checkWhole(found);
    }

    /// A batch comes whole or not at all, and of what a power loss may cut nothing comes behind what is missing.
    private void checkWhole(NavigableMap<Long, byte[]> found) {
        boolean isCut = false;
        for (long offset : log.entries().keySet()) {
            boolean isThere = found.containsKey(offset);
            long before = offset - 1;
            if (log.entries().containsKey(before) && log.frame(before).equals(log.frame(offset))) {
                assertThat(isThere).as("offset %d, like %d", offset, before).isEqualTo(found.containsKey(before));
            }
            if (log.left() == SmallLog.Left.POWER_LOST && offset >= log.durable()) {
                assertThat(isThere && isCut)
                        .as("offset %d comes behind a hole", offset)
                        .isFalse();
                isCut |= !isThere;
            }
        }
    }

    private static void passGap(Gap gap, long[] next) {
        assertThat(gap.from()).as("start of a gap").isEqualTo(next[0]);
        next[0] = gap.to();
    }

    /// A group gets everything it had not acknowledged; what it had may come again.
    private void checkGroup(Log opened, String group, long acked) throws InterruptedException {
        GroupConsumer consumer = new GroupConsumer(opened, group);
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
            for (long offset : expected.tailMap(acked, true).keySet()) {
                assertThat(delivered.containsKey(offset) || mayBeLost.test(offset))
                        .as("offset %d came to the group", offset)
                        .isTrue();
            }
        } finally {
            consumer.close();
        }
    }
}
