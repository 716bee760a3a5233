package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometConfig;
import dev.cometlog.CometShard;
import dev.cometlog.Verify;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.ShardCounters.Counter;
import dev.cometlog.internal.log.ShardState;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Compares a shard that [FillingWorker]s filled beyond its bounds with what they were acknowledged.
final class BoundedLog {
    private BoundedLog() {}

    /// What a shard holds no more, or never took.
    record Counts(long expired, long dropped, long lost, long refused) {
        private static Counts of(ShardState state) {
            return new Counts(
                    state.counters().get(Counter.EXPIRED),
                    state.counters().get(Counter.DROPPED),
                    state.counters().get(Counter.LOST),
                    state.counters().get(Counter.REFUSED));
        }
    }

    /// Every acknowledged entry is there with its bytes or lies below the start offset, nothing is damaged, and
    /// end offset = kept + expired + dropped + lost.
    static Counts check(Path directory, CometShard shard, int number, List<Acks.Ack> acks) {
        Counts counts;
        Map<Long, byte[]> kept;
        do {
            counts = counts(directory, number);
            kept = read(shard);
            // Retention may have come between.
        } while (!counts.equals(counts(directory, number)));
        assertThat(kept.size() + counts.expired() + counts.dropped() + counts.lost())
                .as("kept + expired + dropped + lost of " + shard + ": " + kept.size() + " and " + counts)
                .isEqualTo(shard.endOffset());
        for (Acks.Ack ack : acks) {
            if (ack.shard() == number) {
                byte[] payload = kept.get(ack.offset());
                assertThat(payload == null).as(ack.toString()).isEqualTo(ack.offset() < shard.startOffset());
                assertThat(payload == null || Arrays.equals(payload, Payloads.large(ack.worker(), ack.sequence())))
                        .as(ack.toString())
                        .isTrue();
            }
        }
        return counts;
    }

    private static Counts counts(Path directory, int number) {
        Log log = Logs.open(directory, CometConfig.builder().build());
        try {
            return Counts.of(
                    log.find(FillingWorker.STREAM).orElseThrow().shard(number).state());
        } finally {
            Logs.close(log);
        }
    }

    /// What a shard holds, by offset; a gap is an error.
    static Map<Long, byte[]> read(CometShard shard) {
        Map<Long, byte[]> kept = new HashMap<>();
        shard.scan(
                shard.startOffset(),
                Verify.CRC,
                (offset, micros, memory, position, length) -> {
                    kept.put(offset, memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE));
                    return true;
                },
                gap -> {
                    throw new AssertionError(gap.toString());
                });
        return kept;
    }
}
