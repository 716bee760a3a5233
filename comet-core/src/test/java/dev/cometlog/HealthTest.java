package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HealthTest extends ConsumerFixture {

    @Test
    void aHandlerThatHangsIsNamedAfterAMinuteAndUntilItGoesOn() throws Exception {
        append(0, 5);
        comet.sync();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (CometConsumer consumer = comet.consumer("slow")) {
            ConsumerTask _ = consumer.start(
                    delivery -> {
                        begun.countDown();
                        goOn.await();
                    },
                    options().build());
            begun.await();
            clock.advance(Duration.ofSeconds(60));
            assertThat(comet.health()).isEqualTo(new Health(Health.Status.HEALTHY, List.of()));
            clock.advance(Duration.ofSeconds(1));
            Health health = comet.health();
            assertThat(health.status()).isEqualTo(Health.Status.DEGRADED);
            assertThat(health.reasons()).singleElement().satisfies(reason -> {
                assertThat(reason.kind()).isEqualTo(Health.Kind.HUNG_HANDLER);
                assertThat(reason.subject()).isEqualTo("events:v1:shard:0000");
                assertThat(reason.message()).contains("\"slow\"").contains("61 s");
            });
            goOn.countDown();
            awaitTrue(() -> comet.health().status() == Health.Status.HEALTHY);
        }
    }

    @Test
    void aGroupThatReadsAndAcknowledgesNothingIsStuckUntilItDoes() throws Exception {
        append(0, 5);
        comet.sync();
        try (CometConsumer consumer = comet.consumer("slow")) {
            Delivery delivery = consumer.poll(STREAM, 5, Duration.ofSeconds(10));
            assertThat(delivery.size()).isEqualTo(5);
            clock.advance(Duration.ofMinutes(10));
            assertThat(comet.health().reasons()).isEmpty();
            clock.advance(Duration.ofSeconds(1));
            assertThat(comet.health().reasons()).singleElement().satisfies(reason -> {
                assertThat(reason.kind()).isEqualTo(Health.Kind.STUCK_GROUP);
                assertThat(reason.status()).isEqualTo(Health.Status.DEGRADED);
                assertThat(reason.message())
                        .contains("\"slow\"", "601 s", "offset 0")
                        .contains(Long.toString(ProcessHandle.current().pid()));
            });
            delivery.ack();
            assertThat(comet.health().reasons()).isEmpty();
        }
    }

    @Test
    void theWorstReasonComesFirstAndIsTheStatus() {
        Health.Reason bad = new Health.Reason(Health.Kind.HUNG_HANDLER, Health.Status.DEGRADED, "a", "");
        Health.Reason worse = new Health.Reason(Health.Kind.HUNG_HANDLER, Health.Status.FAILED, "b", "");
        assertThat(Health.of(List.of(bad, worse))).isEqualTo(new Health(Health.Status.FAILED, List.of(worse, bad)));
    }
}
