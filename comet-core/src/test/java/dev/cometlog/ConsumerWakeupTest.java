package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What is appended in the same process wakes those who wait for it.
///
/// The clock is turned ahead by hours before each append, so that a consumer which is not woken sleeps for as long as
/// it ever does: a second, until its leases are due.
class ConsumerWakeupTest extends ConsumerFixture {
    private static final int ROUNDS = 6;
    private static final long SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SynchronousQueue<String> delivered = new SynchronousQueue<>();

    private ProcessOptions patient(int parallelism) {
        return ProcessOptions.builder()
                .pollInterval(Duration.ofDays(1))
                .discoveryInterval(Duration.ofDays(1))
                .parallelism(parallelism)
                .build();
    }

    private void hand(Delivery delivery) throws InterruptedException {
        for (String text : texts(delivery)) {
            delivered.put(text);
        }
    }

    @Test
    void anAppendWakesAConsumerThatSleeps() throws Exception {
        for (int parallelism : new int[] {1, 3}) {
            CometStream stream = comet.stream(STREAM, 3);
            String group = "g" + parallelism;
            stream.shard(2).append(bytes(group));
            try (CometConsumer consumer = comet.consumer(group)) {
                ConsumerTask _ = consumer.start(this::hand, patient(parallelism));
                drain(group);
                long waited = 0;
                for (int round = 0; round < ROUNDS; round++) {
                    awaitAsleep();
                    long appended = System.nanoTime();
                    stream.shard(2).append(bytes(group + round));
                    drain(group + round);
                    waited += System.nanoTime() - appended;
                }
                assertThat(waited).isLessThan(ROUNDS * SLEEP_NANOS / 4);
            }
        }
    }

    /// Returns once nobody looks at the clock any more, as all do who are awake. Until then the hours go by: a consumer
    /// may have been about to note when it was busy last.
    private void awaitAsleep() {
        AtomicLong before = new AtomicLong(-1);
        awaitTrue(() -> {
            long reads = clock.reads();
            boolean asleep = before.getAndSet(reads) == reads;
            if (!asleep) {
                clock.advance(Duration.ofHours(1));
            }
            return asleep;
        });
    }

    private void drain(String last) throws InterruptedException {
        String text;
        do {
            text = delivered.take();
        } while (!text.equals(last));
    }

    @Test
    void aShardAndAStreamThatThisProcessMakesAreFoundAtOnce() throws Exception {
        comet.stream(STREAM, 2).shard(0).append(bytes("first"));
        try (CometConsumer consumer = comet.consumer("g")) {
            ConsumerTask _ = consumer.start(this::hand, patient(1));
            drain("first");
            awaitAsleep();
            comet.stream(STREAM).shard(1).append(bytes("shard"));
            clock.advance(Duration.ofMillis(10));
            drain("shard");
            comet.stream("later", 1).shard(0).append(bytes("stream"));
            clock.advance(Duration.ofMillis(10));
            drain("stream");
        }
    }
}
