package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometStats;
import dev.cometlog.Health;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What `comet top` shows of two looks at a log, on screens of any size.
class TopScreenTest {
    private static final Instant AT = Instant.parse("2026-01-31T12:00:10Z");

    private static CometStats stats(Instant at, long appended, int streams) {
        List<CometStats.OfStream> all = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            all.add(new CometStats.OfStream(
                    "stream-" + i + ":v1", 4, List.of(shard(appended * (i + 1), appended / 2))));
        }
        return new CometStats(
                at,
                Path.of("/var/lib/comet"),
                new CometStats.Disk(512L << 20, 1L << 30, 100L << 30, 1L << 20),
                List.of(
                        new CometStats.OfProcess(
                                4242, "shop.jar", Optional.of(AT.minusSeconds(3600)), OptionalInt.of(3), false),
                        new CometStats.OfProcess(4243, "stuck.jar", Optional.empty(), OptionalInt.empty(), true)),
                all);
    }

    private static CometStats.OfShard shard(long appended, long acked) {
        return new CometStats.OfShard(
                0,
                0,
                appended - 1,
                appended,
                false,
                new CometStats.Kept(appended, 2, 1 << 20, Optional.of(AT.minusSeconds(90)), Optional.of(AT)),
                new CometStats.Appends(appended, appended * 100, 1, 2, 0, Duration.ZERO, 0, 0, 0, 0, 1),
                new CometStats.Syncs(
                        appended,
                        0,
                        Duration.ofMillis(appended * 4),
                        Duration.ofMillis(9),
                        IntStream.range(0, 32)
                                .mapToObj(i -> i == 11 ? 100L : 0L)
                                .toList(),
                        Optional.of(AT.minusSeconds(1))),
                new CometStats.Gone(5, 6, 7, 8, 1),
                new CometStats.Compression(0, 0, Duration.ZERO),
                List.of(new CometStats.OfGroup(
                        "audit",
                        acked,
                        appended - acked,
                        10,
                        Duration.ofSeconds(75),
                        acked,
                        0,
                        1,
                        2,
                        new CometStats.Gaps(1, 2, 3, 4),
                        Optional.of(AT),
                        Optional.of("process 4242 (shop.jar, started never)"))),
                Optional.empty());
    }

    private static TopFigures figures(int streams) {
        return TopFigures.of(
                stats(AT.minusSeconds(2), 1000, streams),
                stats(AT, 3000, streams),
                new Health(
                        Health.Status.DEGRADED,
                        List.of(new Health.Reason(
                                Health.Kind.SYNC_OVERDUE, Health.Status.DEGRADED, "s", "something is overdue"))));
    }

    private static List<String> lines(TopFigures figures, TopKeys keys, int width, int height) {
        return new TopScreen(width, height, ZoneOffset.UTC)
                .lines(figures, keys).stream().map(TopScreen.Line::text).toList();
    }

    private static TopKeys keys() {
        return new TopKeys(TopKeys.Order.name, "");
    }

    @Test
    void ratesAreDifferencesOverTheTimeBetween() {
        TopFigures figures = figures(2);
        assertThat(figures.appends().entriesPerSecond()).isEqualTo((2000 + 4000) / 2.0);
        assertThat(figures.appends().bytesPerSecond()).isEqualTo(300_000);
        assertThat(figures.syncs().mean()).isEqualTo(Duration.ofMillis(4));
        assertThat(figures.syncs().p99()).isEqualTo(Duration.ofNanos(2000L << 11));
        assertThat(figures.groups().getFirst().ackedPerSecond()).isEqualTo(500);
        assertThat(figures.processes().getFirst().reads()).isEqualTo(2);
        assertThat(figures.processes().getLast().stopped()).isTrue();
    }

    @Test
    void everythingThatMattersFitsOn80By24() {
        List<String> lines = lines(figures(2), keys(), 80, 24);
        assertThat(lines).hasSize(24).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        String screen = String.join("\n", lines);
        assertThat(screen)
                .contains("comet top  /var/lib/comet", "12:00:10  degraded", "! something is overdue")
                .contains("appends 3.00k/s  293 KiB/s", "512 MiB of 1.00 GiB (50%)", "[########........]")
                .contains("mean 4.00 ms", "max 9.00 ms", "last 1s")
                .contains("stream-0:v1", "stream-1:v1", "1m30s")
                .contains("audit", "1m15s")
                .contains("4242", "shop.jar", "1h0m", "stopped")
                .contains("q quit");
    }

    @Test
    void aScreenOfAnySizeGetsExactlyItsLines() {
        for (int height = 1; height < 60; height++) {
            for (int width : new int[] {1, 20, 79, 200}) {
                int most = width;
                assertThat(lines(figures(30), keys(), width, height))
                        .as("%d by %d", width, height)
                        .hasSize(height)
                        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(most));
            }
        }
    }

    @Test
    void whatDoesNotFitIsSaidToBeThere() {
        assertThat(lines(figures(30), keys(), 80, 24))
                .anySatisfy(line -> assertThat(line).contains("more"));
    }

    @Test
    void keysSortFilterScrollAndEnd() {
        TopFigures figures = figures(12);
        TopKeys keys = keys();
        press(keys, "s");
        assertThat(keys.streams(figures).getFirst().name()).isEqualTo("stream-11:v1");
        press(keys, "r");
        assertThat(keys.streams(figures).getFirst().name()).isEqualTo("stream-0:v1");
        press(keys, "/11");
        assertThat(keys.line()).contains("filter: 11_");
        press(keys, "\r");
        assertThat(keys.streams(figures)).hasSize(1);
        assertThat(keys.line()).contains("/ filter: 11");
        press(keys, "\033");
        assertThat(keys.streams(figures)).hasSize(12);
        press(keys, "jjjk");
        assertThat(keys.scrolled(12)).isEqualTo(2);
        assertThat(keys.scrolled(1)).isZero();
        press(keys, "p");
        assertThat(keys.paused()).isTrue();
        press(keys, "p");
        assertThat(keys.paused()).isFalse();
        assertThat(keys.ended()).isFalse();
        press(keys, "/q");
        assertThat(keys.ended()).as("a letter of a filter").isFalse();
        press(keys, "\033q");
        assertThat(keys.ended()).isTrue();
    }

    private static void press(TopKeys keys, String text) {
        text.chars().forEach(key -> assertThat(keys.press(key)).isTrue());
    }

    @Test
    void linesAreSharedFairlyAmongTables() {
        assertThat(TopScreen.share(10, 3, 3, 3)).containsExactly(3, 3, 3);
        assertThat(TopScreen.share(10, 20, 1, 20)).containsExactly(5, 1, 4);
        assertThat(TopScreen.share(0, 5, 5, 5)).containsExactly(0, 0, 0);
    }
}
