package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometShard;
import dev.cometlog.Overflow;
import dev.cometlog.Verify;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.ShardCounters.Counter;
import dev.cometlog.internal.log.ShardState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What must hold of a log that [FillingWorkers] filled under a [LaggingGroup].
final class FilledLog {
    static final int WRITERS = 4;
    static final int SHARDS = 2;

    private FilledLog() {}

    static Comet open(Path log, Overflow overflow, long bound, Duration blockTimeout) {
        return Comet.open(
                log,
                c -> c.retention(r -> r.maxTotalBytes(bound)
                        .minFreeBytes(0)
                        .overflow(overflow)
                        .blockTimeout(blockTimeout)));
    }

    /// How many entries a reader finds.
    static long scanAll(Comet comet) {
        long[] entries = {0};
        for (int number = 0; number < SHARDS; number++) {
            CometShard shard = comet.stream(FillingWorker.STREAM).shard(number);
            shard.scan(
                    shard.startOffset(),
                    Verify.CRC,
                    (offset, micros, memory, position, length) -> ++entries[0] > 0,
                    gap -> {});
        }
        return entries[0];
    }

    /// Every offset reaches the group, as an entry or in a gap.
    static void awaitEverythingTold(Comet comet, LaggingGroup group) {
        for (int number = 0; number < SHARDS; number++) {
            CometShard shard = comet.stream(FillingWorker.STREAM).shard(number);
            int index = number;
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(group.told(index)).isEqualTo(shard.endOffset()));
        }
    }

    /// Whether every acknowledged entry is there or counted, and the identity holds.
    static void check(Path directory, List<Acks.Ack> acks, long refused, Overflow overflow) {
        long counted = 0;
        Log log = Logs.openUnattended(directory, CometConfig.builder().build());
        try (Comet comet = Comet.open(directory)) {
            for (int number = 0; number < SHARDS; number++) {
                CometShard shard = comet.stream(FillingWorker.STREAM).shard(number);
                ShardState state = log.find(FillingWorker.STREAM)
                        .orElseThrow()
                        .shard(number)
                        .state();
                Map<Long, byte[]> kept = BoundedLog.read(shard);
                assertThat(kept.size()
                                + state.counters().get(Counter.EXPIRED)
                                + state.counters().get(Counter.DROPPED)
                                + state.counters().get(Counter.LOST))
                        .as("kept + expired + dropped + lost of " + shard)
                        .isEqualTo(shard.endOffset());
                assertThat(state.counters().get(Counter.LOST)).isZero();
                assertThat(state.counters().get(Counter.DROPPED) > 0)
                        .as("dropped")
                        .isEqualTo(overflow == Overflow.DROP_OLDEST);
                counted += state.counters().get(Counter.REFUSED);
                check(shard, number, kept, acks);
            }
            assertThat(counted).as("refused").isEqualTo(refused);
        } finally {
            Logs.close(log);
        }
    }

    private static void check(CometShard shard, int number, Map<Long, byte[]> kept, List<Acks.Ack> acks) {
        long acknowledged = 0;
        for (Acks.Ack ack : acks) {
            if (ack.shard() == number) {
                acknowledged++;
                byte[] payload = kept.get(ack.offset());
                assertThat(payload == null).as(ack.toString()).isEqualTo(ack.offset() < shard.startOffset());
                assertThat(payload == null || Arrays.equals(payload, Payloads.large(ack.worker(), ack.sequence())))
                        .as(ack.toString())
                        .isTrue();
            }
        }
        assertThat(acknowledged).as("no offset without an acknowledgement").isEqualTo(shard.endOffset());
    }
}
