package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometConfig;
import dev.cometlog.ProcessOptions;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.consumer.ProcessLoop;
import dev.cometlog.internal.storage.DiskStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupAcksTest {
    private static final String STREAM = "events:v1";
    private static final int SHARDS = 2;

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private Log log;

    @BeforeEach
    void openALogWithAnEntryInEachShard() {
        // Ahead of the clock that dates the files.
        time.advance(Duration.ofDays(3650));
        log = Logs.open(directory, CometConfig.builder().build(), DiskStorage::new, time);
        for (int i = 0; i < SHARDS; i++) {
            ShardFixture.append(log.findOrCreate(STREAM, SHARDS).shard(i), "x");
        }
    }

    @AfterEach
    void closeTheLog() {
        Logs.close(log);
    }

    private List<GroupAck> acks() throws IOException {
        List<GroupAck> found = new ArrayList<>();
        GroupAcks acks = new GroupAcks(log.storage(), log.incarnations(), log.groupFiles());
        for (int i = 0; i < SHARDS; i++) {
            ShardPaths paths = new ShardPaths(directory.resolve("streams/events%3Av1/000" + i));
            found.addAll(acks.groups(ShardId.of(STREAM, i, SHARDS), paths));
        }
        return found;
    }

    @Test
    void aGroupLivesAsLongAsAMemberDoesWhicheverShardsThatReads() throws Exception {
        GroupConsumer consumer = new GroupConsumer(log, "g");
        ProcessLoop loop =
                consumer.loop(ProcessOptions.builder().assignment(0, SHARDS).build(), batch -> {});
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                loop.run();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Awaitility.await().until(() -> !acks().isEmpty() && acks().getFirst().acked() == 1);
        assertThat(acks()).extracting(GroupAck::acked).containsExactly(1L, 0L);
        assertThat(acks()).extracting(GroupAck::live).containsExactly(true, true);
        loop.stop();
        thread.join();
        consumer.close();
        assertThat(acks()).extracting(GroupAck::live).containsExactly(false, false);
    }

    @Test
    void theLastAckInAnyShardCountsForAll() throws Exception {
        GroupConsumer consumer = new GroupConsumer(log, "g");
        consumer.ack(STREAM, 0, 0, 1);
        consumer.close();
        assertThat(acks()).extracting(GroupAck::lastAckMicros).containsExactly(time.epochMicros(), time.epochMicros());
    }
}
