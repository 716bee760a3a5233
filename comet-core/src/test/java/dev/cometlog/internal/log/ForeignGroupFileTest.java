package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometConfig;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A group's file that stands in the place of another's.
class ForeignGroupFileTest {
    private static final String STREAM = "events:v1";

    @TempDir
    Path directory;

    @Test
    void acksOfAnotherGroupAreNotBelieved() throws Exception {
        Log log = open();
        LogStream stream = log.findOrCreate(STREAM, 1);
        long _ = stream.shard(0).appendBatch(List.of(new byte[1], new byte[1], new byte[1], new byte[1]));
        assertThat(poll(log, "ahead", 4)).isEqualTo(4);
        assertThat(poll(log, "behind", 1)).isEqualTo(1);
        Path ahead = GroupFiles.of(stream.directory(), "ahead");
        Path behind = GroupFiles.of(stream.directory(), "behind");
        Logs.close(log);
        Files.copy(ahead, behind, StandardCopyOption.REPLACE_EXISTING);

        Log again = open();
        assertThat(poll(again, "behind", 10)).isEqualTo(4);
        assertThat(poll(again, "ahead", 10)).isZero();
        assertThat(poll(again, "behind", 10)).isZero();
        Logs.close(again);
    }

    private Log open() {
        return Logs.open(directory, CometConfig.builder().build(), DiskStorage::new, TimeSource.SYSTEM);
    }

    /// How many entries the group was delivered, which it acknowledges.
    private static int poll(Log log, String group, int most) throws InterruptedException {
        GroupConsumer consumer = new GroupConsumer(log, group);
        try {
            Batch batch = consumer.poll(STREAM, most, Duration.ofMillis(1));
            batch.ack();
            return batch.size();
        } finally {
            consumer.close();
        }
    }
}
