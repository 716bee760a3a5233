package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Acknowledging a part of a delivery.
class DeliveryAckTest extends ConsumerFixture {
    @Test
    void aPartOfADeliveryIsAcknowledgedAndTheRestComesAgain() throws Exception {
        append(0, 10);
        try (CometConsumer consumer = comet.consumer("g")) {
            Delivery delivery = consumer.poll(STREAM, 10, Duration.ZERO);
            delivery.ack(0, 2);
            delivery.ack(5, 5);
            consumer.rewind();
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).containsExactly("3", "4");
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).isEqualTo(texts(6, 10));
            assertThat(consumer.counts(STREAM).acked()).isEqualTo(4);
        }
    }

    @Test
    void offsetsOfAnotherDeliveryAreRefused() throws Exception {
        append(0, 10);
        try (CometConsumer consumer = comet.consumer("g")) {
            var _ = consumer.poll(STREAM, 2, Duration.ZERO);
            Delivery second = consumer.poll(STREAM, 3, Duration.ZERO);
            second.ack(2, 4);
            for (long[] range : new long[][] {{1, 2}, {2, 5}, {4, 3}, {-1, 2}}) {
                assertThatThrownBy(() -> second.ack(range[0], range[1]))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("from=" + range[0] + ", to=" + range[1]);
            }
        }
    }

    @Test
    void whatWasDeliveredBeforeASeekSaysNothingAboutWhatComesAfterIt() throws Exception {
        append(0, 5);
        try (CometConsumer consumer = comet.consumer("g")) {
            Delivery delivery = consumer.poll(STREAM, 5, Duration.ZERO);
            consumer.seek(STREAM, 0, Seek.offset(3));
            delivery.ack(3, 4);
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(2);
        }
    }

    @Test
    void aHandlerAcknowledgesWhileItsConsumerIsBeingClosed() throws Exception {
        append(0, 3);
        CountDownLatch handling = new CountDownLatch(1);
        AtomicReference<Thread> closer = new AtomicReference<>();
        CometConsumer consumer = comet.consumer("g");
        ConsumerTask task = consumer.start(
                delivery -> {
                    handling.countDown();
                    awaitTrue(() -> closer.get() != null && closer.get().getState() != Thread.State.RUNNABLE);
                    delivery.ack(0, 1);
                },
                options().autoAck(false).build());
        handling.await();
        closer.set(Thread.ofPlatform().start(consumer::close));
        closer.get().join();
        task.join();
        assertThat(task.failure()).isEmpty();
        try (CometConsumer again = comet.consumer("g")) {
            assertThat(again.lag(STREAM).entries()).isEqualTo(1);
        }
    }
}
