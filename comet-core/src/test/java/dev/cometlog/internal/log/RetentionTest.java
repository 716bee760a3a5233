package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a run over a whole directory promises.
class RetentionTest {
    private static final byte[] KILOBYTE = new byte[1000];

    @TempDir
    Path directory;

    private static void append(Log log, String stream, int entries) {
        Shard shard = log.findOrCreate(stream, 1).shard(0);
        for (int i = 0; i < entries; i++) {
            long _ = shard.append(KILOBYTE, 0, KILOBYTE.length);
        }
        shard.sync();
    }

    @Test
    void aDryRunTellsWhatARunDeletesAndDeletesNothing() {
        Log log = Logs.openUnattended(directory, CometConfig.builder().build());
        append(log, "old:v1", 4000);
        append(log, "new:v1", 4000);
        append(log, "bound:v1", 4000);
        log.alter("bound:v1", Map.of("maxShardBytes", "1048576"));
        log.alterBounds(Map.of("maxTotalBytes", Long.toString(8 << 20)));

        Retained told = log.retain(true);
        assertThat(told.segments()).isPositive();
        for (String stream : log.streamNames()) {
            assertThat(state(log, stream).startOffset()).as(stream).isZero();
        }
        assertThat(log.retain(false)).isEqualTo(told);
        assertThat(state(log, "old:v1").startOffset()).isPositive();
        assertThat(state(log, "bound:v1").startOffset()).isPositive();
        assertThat(log.retain(true)).isEqualTo(Retained.NOTHING);
        Logs.close(log);
    }

    private static ShardState state(Log log, String stream) {
        return log.find(stream).orElseThrow().shard(0).state();
    }

    @Test
    void anUnattendedLogDeletesNothingByItself() {
        CometConfig config = CometConfig.builder()
                .retention(r -> r.maxAge(java.time.Duration.ofMillis(1)).minSegments(0))
                .build();
        Set<Thread> before = Threads.named("comet-housekeeper");
        Log log = Logs.openUnattended(directory, config);
        append(log, "events:v1", 2000);
        // Those that were there before are of other tests.
        assertThat(Threads.named("comet-housekeeper")).isSubsetOf(before);
        assertThat(state(log, "events:v1").startOffset()).isZero();
        Logs.close(log);
    }
}
