package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Who of a group reads which shard.
class ConsumerSharingTest extends ConsumerFixture {

    @Test
    void acksAndSeeksOfAShardThatAnotherConsumerReadsAreRefused() throws Exception {
        append(0, 2);
        try (CometConsumer reader = comet.consumer("g");
                CometConsumer other = comet.consumer("g")) {
            assertThat(reader.poll(STREAM, 1, Duration.ZERO).size()).isEqualTo(1);
            assertThatThrownBy(() -> other.ack(new EntryId(STREAM, 0, 0)))
                    .isInstanceOf(CometException.LeaseHeld.class)
                    .hasMessageContaining("another consumer of this process");
            assertThatThrownBy(() -> other.seek(STREAM, 0, Seek.earliest()))
                    .isInstanceOf(CometException.LeaseHeld.class);
            assertThatThrownBy(() -> other.poll(STREAM, 1, Duration.ZERO)).isInstanceOf(CometException.LeaseHeld.class);
        }
    }

    @Test
    void twoMembersShareTheShardsAndNoneIsReadByBoth() throws Exception {
        CometStream stream = comet.stream(STREAM, 8);
        Set<Integer> inUse = ConcurrentHashMap.newKeySet();
        Set<Integer> first = ConcurrentHashMap.newKeySet();
        Set<Integer> second = ConcurrentHashMap.newKeySet();
        CometConsumer a = comet.consumer("g");
        try (CometConsumer b = comet.consumer("g")) {
            IntStream.range(0, 8).forEach(i -> stream.shard(i).append(bytes("x")));
            ConsumerTask taskA = a.start(exclusive(inUse, first), options().build());
            awaitTrue(() -> first.size() == 8);
            ConsumerTask taskB = b.start(exclusive(inUse, second), options().build());
            awaitTrue(() -> {
                clock.advance(Duration.ofSeconds(1));
                IntStream.range(0, 8).forEach(i -> stream.shard(i).append(bytes("x")));
                return second.size() >= 4;
            });
            first.clear();
            second.clear();
            awaitTrue(() -> {
                clock.advance(Duration.ofSeconds(1));
                IntStream.range(0, 8).forEach(i -> stream.shard(i).append(bytes("x")));
                return first.size() + second.size() >= 8;
            });
            assertThat(first).hasSize(4);
            assertThat(second).hasSize(4).doesNotContainAnyElementsOf(first);
            a.close();
            second.clear();
            awaitTrue(() -> {
                clock.advance(Duration.ofSeconds(1));
                IntStream.range(0, 8).forEach(i -> stream.shard(i).append(bytes("x")));
                return second.size() == 8;
            });
            taskA.join();
            taskB.stop(Duration.ofSeconds(30));
            assertThat(taskA.failure()).isEmpty();
            assertThat(taskB.failure()).isEmpty();
        }
    }

    @Test
    void theShardsOfADeadProcessMoveOnWithWhatItDidNotAcknowledge() throws Exception {
        append(0, 3);
        try (CometConsumer survivor = comet.consumer("g");
                ConsumerProcess other = ConsumerProcess.start(directory, "g", STREAM)) {
            assertThat(other.delivered()).isEqualTo(3);
            assertThatThrownBy(() -> survivor.ack(new EntryId(STREAM, 0, 0)))
                    .isInstanceOf(CometException.LeaseHeld.class)
                    .hasMessageContaining(Long.toString(other.pid()));
            other.kill();
            survivor.process(until(3), options().build());
        }
        assertThat(handled).isEqualTo(texts(0, 3));
    }

    @Test
    void aFixedAssignmentIsHonouredAgainstAMemberThatShares() throws Exception {
        CometStream stream = comet.stream(STREAM, 4);
        IntStream.range(0, 4).forEach(i -> stream.shard(i).append(bytes("x")));
        Set<Integer> sharing = ConcurrentHashMap.newKeySet();
        Set<Integer> fixed = ConcurrentHashMap.newKeySet();
        Set<Integer> inUse = ConcurrentHashMap.newKeySet();
        try (CometConsumer a = comet.consumer("g");
                CometConsumer b = comet.consumer("g")) {
            ConsumerTask _ = a.start(exclusive(inUse, sharing), options().build());
            awaitTrue(() -> sharing.size() == 4);
            ConsumerTask _ =
                    b.start(exclusive(inUse, fixed), options().assignment(1, 2).build());
            awaitTrue(() -> {
                clock.advance(Duration.ofSeconds(1));
                IntStream.range(0, 4).forEach(i -> stream.shard(i).append(bytes("x")));
                return fixed.size() == 2;
            });
        }
        assertThat(fixed).containsExactlyInAnyOrder(1, 3);
    }
}
