package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.AckHistory.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Acks from many threads take effect one after another, each between its call and its return: real threads, short
/// random histories, and a search for an order that explains each.
class AckLinearizabilityTest extends ConsumerFixture {
    private static final int ROUNDS = Integer.getInteger("comet.ackRounds", 1500);
    private static final int THREADS = 3;
    private static final int CALLS = 5;
    private static final int OFFSETS = 8;

    private final long seed = Long.getLong("comet.seed", System.nanoTime());

    /// What acknowledges and tells the watermark; offsets count from the start of the round.
    private interface Subject {
        void ack(int from, int to);

        int watermark();

        void reset();
    }

    @Test
    void acksAndLooksAtTheWatermarkAreLinearizable() throws Exception {
        append(0, OFFSETS);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(consumer.poll(STREAM, 1, Duration.ZERO).size()).isEqualTo(1);
            Subject group = new Subject() {
                @Override
                public void ack(int from, int to) {
                    consumer.ackRange(STREAM, 0, from, to - 1);
                }

                @Override
                public int watermark() {
                    return (int) consumer.lag(STREAM).shards().getFirst().ackedOffset();
                }

                @Override
                public void reset() {
                    consumer.seek(STREAM, 0, Seek.earliest());
                }
            };
            for (List<Operation> history : histories(group)) {
                assertThat(AckHistory.isLinearizable(history))
                        .as("seed %d: %s", seed, history)
                        .isTrue();
            }
        }
    }

    /// The control: a watermark that passes over what is not acknowledged is found out.
    @Test
    void aWatermarkThatSkipsHolesIsNotLinearizable() throws Exception {
        Subject skipping = new Subject() {
            private int highest;

            @Override
            public synchronized void ack(int from, int to) {
                highest = Math.max(highest, to);
            }

            @Override
            public synchronized int watermark() {
                return highest;
            }

            @Override
            public synchronized void reset() {
                highest = 0;
            }
        };
        assertThat(histories(skipping)).anyMatch(history -> !AckHistory.isLinearizable(history));
    }

    /// The control: so are acks that are seen only once the next one comes.
    @Test
    void acksThatTakeEffectAfterTheirReturnAreNotLinearizable() throws Exception {
        Subject late = new Subject() {
            private long acked;
            private long waiting;

            @Override
            public synchronized void ack(int from, int to) {
                acked |= waiting;
                waiting = (1L << to) - (1L << from);
            }

            @Override
            public synchronized int watermark() {
                return Long.numberOfTrailingZeros(~acked);
            }

            @Override
            public synchronized void reset() {
                acked = 0;
                waiting = 0;
            }
        };
        assertThat(histories(late)).anyMatch(history -> !AckHistory.isLinearizable(history));
    }

    private List<List<Operation>> histories(Subject subject) throws Exception {
        List<List<Operation>> histories = new ArrayList<>();
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Random random = new Random(seed);
            for (int round = 0; round < ROUNDS; round++) {
                subject.reset();
                List<Operation> history = Collections.synchronizedList(new ArrayList<>());
                List<Future<?>> running = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    Random own = new Random(random.nextLong());
                    running.add(threads.submit(() -> {
                        int _ = start.await();
                        for (int call = 0; call < CALLS; call++) {
                            history.add(call(subject, own));
                        }
                        return null;
                    }));
                }
                for (Future<?> end : running) {
                    Object _ = end.get();
                }
                histories.add(List.copyOf(history));
            }
        }
        return histories;
    }

    private static Operation call(Subject subject, Random random) {
        if (random.nextInt(3) == 0) {
            long began = System.nanoTime();
            int watermark = subject.watermark();
            return Operation.look(watermark, began, System.nanoTime());
        }
        int from = random.nextInt(OFFSETS);
        int to = from + 1 + random.nextInt(Math.min(2, OFFSETS - from));
        long began = System.nanoTime();
        subject.ack(from, to);
        return Operation.ack(from, to, began, System.nanoTime());
    }
}
