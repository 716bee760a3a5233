package dev.cometlog.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CometMeterBinderTest {
    @TempDir
    Path directory;

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private Comet comet;

    @BeforeEach
    void open() {
        comet = Comet.open(directory);
    }

    @AfterEach
    void close() {
        comet.close();
    }

    private void bind() {
        new CometMeterBinder(comet, Tags.of("service", "shop"), nanos::get).bindTo(registry);
    }

    private void aSecondPasses() {
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private void append(int shard) {
        long _ = comet.stream("events:v1", 2).shard(shard).append(new byte[5]);
    }

    @Test
    void everyMetricIsAMeterWithItsTagsAndUnit() throws Exception {
        append(0);
        try (CometConsumer consumer = comet.consumer("audit")) {
            consumer.poll("events:v1", 1, Duration.ofSeconds(10)).ack();
        }
        bind();
        assertThat(registry.getMeters())
                .hasSize(1
                        + CometMetrics.ofLog().size()
                        + CometMetrics.ofShard().size()
                        + CometMetrics.ofGroup().size());
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTag("service")).isEqualTo("shop"));
        assertThat(counter("comet.appends.entries", "stream", "events:v1", "shard", "0"))
                .isEqualTo(1);
        assertThat(counter("comet.group.acked", "stream", "events:v1", "shard", "0", "group", "audit"))
                .isEqualTo(1);
        assertThat(gauge("comet.processes")).isEqualTo(1);
        assertThat(gauge("comet.health")).isZero();
        Meter bytes = registry.get("comet.kept.bytes").meter();
        assertThat(bytes.getId().getBaseUnit()).isEqualTo("bytes");
        assertThat(bytes.getId().getDescription()).isNotEmpty();
    }

    @Test
    void theLogIsLookedAtOnceASecond() {
        append(0);
        bind();
        append(0);
        assertThat(counter("comet.appends.entries")).isEqualTo(1);
        aSecondPasses();
        assertThat(counter("comet.appends.entries")).isEqualTo(2);
    }

    @Test
    void whatComesToBeLaterIsRegisteredAndADeletedGroupIsRemoved() throws Exception {
        bind();
        assertThat(registry.find("comet.appends.entries").meters()).isEmpty();
        append(1);
        try (CometConsumer consumer = comet.consumer("audit")) {
            consumer.poll("events:v1", 1, Duration.ofSeconds(10)).ack();
        }
        aSecondPasses();
        assertThat(gauge("comet.processes")).isEqualTo(1);
        assertThat(counter("comet.appends.entries", "shard", "1")).isEqualTo(1);
        assertThat(counter("comet.group.acked", "group", "audit")).isEqualTo(1);
        try (CometConsumer consumer = comet.consumer("audit")) {
            assertThat(consumer.delete("events:v1")).isTrue();
        }
        aSecondPasses();
        assertThat(gauge("comet.processes")).isEqualTo(1);
        assertThat(registry.find("comet.group.acked").meters()).isEmpty();
        assertThat(counter("comet.appends.entries", "shard", "1")).isEqualTo(1);
    }

    @Test
    void bindingTwiceIsBindingOnce() {
        append(0);
        var binder = new CometMeterBinder(comet);
        binder.bindTo(registry);
        int meters = registry.getMeters().size();
        binder.bindTo(registry);
        assertThat(registry.getMeters()).hasSize(meters);
    }

    @Test
    void aClosedLogTellsNothing() {
        append(0);
        bind();
        comet.close();
        aSecondPasses();
        assertThat(gauge("comet.processes")).isNaN();
        assertThat(gauge("comet.health")).isNaN();
    }
}
