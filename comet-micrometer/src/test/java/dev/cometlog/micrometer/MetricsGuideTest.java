package dev.cometlog.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometMetrics;
import dev.cometlog.CometStats;
import dev.cometlog.GuideExamples;
import dev.cometlog.Health;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Name;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The examples of docs/guide/metrics.md: each works, and the page shows exactly these; what it names is there.
@Timeout(60)
class MetricsGuideTest {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path GUIDE = MODULE.resolveSibling("docs/guide/metrics.md");

    @TempDir
    private Path directory;

    private Comet comet;

    @BeforeEach
    void open() throws Exception {
        comet = Comet.open(directory);
        for (int i = 0; i < 3; i++) {
            long _ = comet.stream("events:v1", 1).shard(0).append(new byte[1]);
        }
        try (CometConsumer consumer = comet.consumer("audit")) {
            consumer.poll("events:v1", 1, Duration.ofSeconds(10)).ack();
        }
    }

    @AfterEach
    void close() {
        comet.close();
    }

    @Test
    void aRegistryIsBound() {
        // example micrometer begins
        MeterRegistry registry = new SimpleMeterRegistry(); // or the one that you have
        new CometMeterBinder(comet, List.of(Tag.of("host", "box-17"))).bindTo(registry);
        double behind = registry.get("comet.group.lag.entries")
                .tags("stream", "events:v1", "shard", "0", "group", "audit")
                .gauge()
                .value();
        // example micrometer ends
        assertThat(behind).isEqualTo(2);
        assertThat(registry.get("comet.health").tag("host", "box-17").gauge().value())
                .isZero();
    }

    @Test
    void aProgramLooksForItself() {
        // example program begins
        CometStats stats = comet.stats();
        for (CometStats.OfStream stream : stats.streams()) {
            for (CometStats.OfShard shard : stream.shards()) {
                for (CometStats.OfGroup group : shard.groups()) {
                    System.out.println(stream.name() + " " + shard.shard() + " " + group.group() + ": "
                            + group.lagEntries() + " behind, the oldest for "
                            + group.lagAge().toSeconds() + " s");
                }
            }
        }
        for (Health.Reason reason : comet.health().reasons()) {
            System.out.println(reason.status() + " " + reason.kind() + ": " + reason.message());
        }
        // example program ends
        assertThat(stats.streams().getFirst().shards().getFirst().groups()).hasSize(1);
    }

    @Test
    void theGuideShowsExactlyTheseExamples() throws IOException {
        GuideExamples.assertShown("docs/guide/metrics.md", MetricsGuideTest.class);
    }

    @Test
    void everyMetricThatItNamesIsThere() throws IOException {
        Set<String> dotted = Stream.of(CometMetrics.ofLog(), CometMetrics.ofShard(), CometMetrics.ofGroup())
                .flatMap(List::stream)
                .map(CometMetrics.Metric::name)
                .collect(Collectors.toCollection(TreeSet::new));
        dotted.add("comet.health");
        assertThat(found("`(comet(?:\\.[a-z]+)+)`")).isNotEmpty().isSubsetOf(dotted);
    }

    @Test
    void everyEventThatThereIsIsNamed() throws Exception {
        Set<String> events = Arrays.stream(
                        Class.forName("dev.cometlog.internal.log.Events").getDeclaredClasses())
                .filter(type -> type.isAnnotationPresent(Name.class))
                .map(type -> type.getAnnotation(Name.class).value())
                .collect(Collectors.toSet());
        assertThat(found("`(dev\\.cometlog\\.[A-Z]\\w+)`")).isEqualTo(events).isNotEmpty();
    }

    private static Set<String> found(String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(GUIDE))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }
}
