package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Gap;
import dev.cometlog.Verify;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/// What was appended to a shard and has to be there: every batch under its first offset, how much of it was
/// promised to be durable, and which offsets were ever visible to anybody.
final class AppendedBatches {
    private final NavigableMap<Long, List<byte[]>> batches = new TreeMap<>();
    private long promised;
    private long handedOut;

    /// Retention may have taken everything below it, and nothing else.
    private long deletable;

    /// An append returned: its offset was never seen before.
    void appended(long offset, List<byte[]> payloads) {
        assertThat(offset).as("offset handed out before").isGreaterThanOrEqualTo(handedOut);
        add(offset, payloads);
    }

    /// An append did not return, but its batch was published.
    void published(long offset, List<byte[]> payloads) {
        add(offset, payloads);
    }

    private void add(long offset, List<byte[]> payloads) {
        batches.put(offset, payloads);
        handedOut = offset + payloads.size();
    }

    /// Everything below `offset` was said to survive power loss.
    void promise(long offset) {
        promised = Math.max(promised, offset);
    }

    /// Readers could see everything below `end`.
    void visible(long end) {
        handedOut = Math.max(handedOut, end);
    }

    long handedOut() {
        return handedOut;
    }

    /// Retention deleted, or was about to delete, what is below `start`.
    void deleted(long start) {
        deletable = Math.max(deletable, start);
    }

    long deletable() {
        return deletable;
    }

    /// The shard is not there: nothing in it may have been promised.
    void checkNothingWasPromised() {
        assertThat(promised).as("durable offset of a shard that is gone").isZero();
        batches.clear();
    }

    /// The offsets of the entries from `from` on.
    List<Long> offsetsFrom(long from) {
        return List.copyOf(entries().tailMap(from, true).keySet());
    }

    /// Compares with what a reader finds; with `powerLost`, whole batches above what was promised may be gone.
    void check(Shard shard, boolean powerLost, Random random) {
        long end = shard.state().endOffset();
        if (powerLost) {
            forgetFrom(end);
        }
        long start = shard.state().startOffset();
        assertThat(start).as("start offset: what retention gave up").isLessThanOrEqualTo(deletable);
        NavigableMap<Long, byte[]> found = new TreeMap<>();
        long next = read(shard, found);
        assertThat(next).as("where reading ends").isEqualTo(end);
        NavigableMap<Long, byte[]> expected = entries();
        // What retention gave up may be there still, or again: its deletion need not survive.
        assertThat(found.tailMap(deletable, true).keySet())
                .as("offsets delivered")
                .isEqualTo(expected.tailMap(deletable, true).keySet());
        for (Map.Entry<Long, byte[]> entry : found.entrySet()) {
            assertThat(entry.getValue())
                    .as("bytes of offset %d", entry.getKey())
                    .isEqualTo(expected.get(entry.getKey()));
        }
        assertThat(shard.state().durableOffset()).as("durable offset").isLessThanOrEqualTo(end);
        checkSeek(shard, found, random);
    }

    private void forgetFrom(long end) {
        assertThat(batches.headMap(promised, false).keySet())
                .as("batches below the durable offset %d, the shard ends at %d", promised, end)
                .allMatch(first -> first < end);
        Map.Entry<Long, List<byte[]>> last = batches.lowerEntry(end);
        if (last != null) {
            assertThat(last.getKey() + last.getValue().size())
                    .as("end of the batch at %d, of which a part was kept", last.getKey())
                    .isLessThanOrEqualTo(end);
        }
        batches.tailMap(end, true).clear();
    }

    private NavigableMap<Long, byte[]> entries() {
        NavigableMap<Long, byte[]> entries = new TreeMap<>();
        batches.forEach((first, payloads) -> {
            for (int i = 0; i < payloads.size(); i++) {
                entries.put(first + i, payloads.get(i));
            }
        });
        return entries;
    }

    private long read(Shard shard, Map<Long, byte[]> found) {
        ShardReader reader = new ShardReader(shard.view());
        long[] next = {0};
        reader.seek(0);
        int delivered;
        do {
            delivered = reader.scan(
                    1000,
                    Verify.CRC,
                    (offset, micros, memory, position, length) -> {
                        assertThat(offset).as("next offset or gap").isEqualTo(next[0]++);
                        found.put(offset, memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE));
                        return true;
                    },
                    gap -> {
                        assertThat(gap.from()).as("start of a gap").isEqualTo(next[0]);
                        if (gap.to() > deletable) {
                            assertThat(gap.reason()).as("why %s", gap).isEqualTo(Gap.Reason.POWER_LOSS);
                        }
                        next[0] = gap.to();
                    });
        } while (delivered > 0);
        return next[0];
    }

    private static void checkSeek(Shard shard, NavigableMap<Long, byte[]> expected, Random random) {
        if (expected.isEmpty()) {
            return;
        }
        List<Long> offsets = new ArrayList<>(expected.keySet());
        ShardReader reader = new ShardReader(shard.view());
        for (int i = 0; i < 3; i++) {
            long wanted = offsets.get(random.nextInt(offsets.size()));
            reader.seek(wanted);
            reader.scan(
                    1,
                    Verify.CRC,
                    (offset, micros, memory, position, length) -> {
                        assertThat(offset).as("offset sought").isEqualTo(wanted);
                        assertThat(memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE))
                                .isEqualTo(expected.get(wanted));
                        return true;
                    },
                    gap -> {
                        throw new AssertionError(gap + " where offset " + wanted + " should be");
                    });
        }
    }
}
