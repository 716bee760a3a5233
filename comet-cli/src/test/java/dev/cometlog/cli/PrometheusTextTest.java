package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometMetrics;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrometheusTextTest {
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-z_]+)(\\{[a-z]+=\"(?:[^\"\\\\]|\\\\.)*\"(?:,[a-z]+=\"(?:[^\"\\\\]|\\\\.)*\")*})? -?[0-9.E+-]+");

    @TempDir
    private Path dir;

    private List<String> text() throws Exception {
        try (Comet comet = Comet.open(dir);
                CometConsumer consumer = comet.consumer("au\"dit")) {
            long _ = comet.stream("events:v1", 2).shard(1).append(new byte[5]);
            consumer.poll("events:v1", 1, Duration.ofSeconds(10)).ack();
            comet.sync();
            var bytes = new ByteArrayOutputStream();
            try (var output = new Output(bytes)) {
                new PrometheusText(output).write(comet.stats(), comet.health());
            }
            return bytes.toString(StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void everySampleHasANameThatWasDeclaredOnceAndANumber() throws Exception {
        Set<String> declared = new HashSet<>();
        for (String line : text()) {
            if (line.startsWith("# TYPE ")) {
                assertThat(declared.add(line.split(" ")[2])).as(line).isTrue();
                assertThat(line).matches("# TYPE [a-z_]+ (counter|gauge)");
            } else if (!line.startsWith("# HELP ")) {
                var matcher = SAMPLE.matcher(line);
                assertThat(matcher.matches()).as(line).isTrue();
                assertThat(declared).contains(matcher.group(1));
            }
        }
        assertThat(declared)
                .contains("comet_health")
                .hasSize(1
                        + CometMetrics.ofLog().size()
                        + CometMetrics.ofShard().size()
                        + CometMetrics.ofGroup().size());
    }

    @Test
    void labelsNameStreamShardAndGroupAndUnitsComeLast() throws Exception {
        assertThat(text())
                .contains(
                        "# TYPE comet_appends_entries_total counter",
                        "comet_appends_entries_total{stream=\"events:v1\",shard=\"1\"} 1",
                        "comet_appends_bytes_total{stream=\"events:v1\",shard=\"1\"} 17",
                        "comet_group_acked_total{stream=\"events:v1\",shard=\"1\",group=\"au\\\"dit\"} 1",
                        "comet_processes 1")
                .anySatisfy(line -> assertThat(line).startsWith("comet_syncs_time_seconds_total{"));
    }

    @Test
    void everyNameInTheGuideIsOneOfThem() throws Exception {
        Path guide =
                Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("docs/guide/metrics.md");
        Set<String> named = Pattern.compile("comet_[a-z_]+")
                .matcher(Files.readString(guide))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
        Set<String> declared = text().stream()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" ")[2])
                .collect(Collectors.toSet());
        assertThat(named).hasSizeGreaterThan(10).isSubsetOf(declared);
    }

    @Test
    void noTwoMetricsHaveOneName() {
        List<String> names = Stream.of(CometMetrics.ofLog(), CometMetrics.ofShard(), CometMetrics.ofGroup())
                .flatMap(List::stream)
                .map(CometMetrics.Metric::name)
                .toList();
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("comet(\\.[a-z0-9]+)+"));
    }
}
