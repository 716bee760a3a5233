package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.consumer.Batch;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.log.LogPromises.GroupId;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A group's file that stands in the place of another's.
class ForeignGroupFileTest {
    private static final String STREAM = "events:v1";

    private static final String AHEAD = "ahead";
    private static final String BEHIND = "behind";
    private static final int ENTRIES = 4;
    private static final int HEADER_LENGTH = 64;

    @TempDir
    Path directory;

    private Path behind;

    /// The group that is behind has the file of the one that has seen everything.
    @BeforeEach
    void giveOneGroupTheFileOfAnother() throws Exception {
        Log log = open();
        LogStream stream = log.findOrCreate(STREAM, 1);
        long _ = stream.shard(0).appendBatch(List.of(new byte[1], new byte[1], new byte[1], new byte[1]));
        assertThat(poll(log, AHEAD, ENTRIES)).isEqualTo(ENTRIES);
        assertThat(poll(log, BEHIND, 1)).isEqualTo(1);
        Path ahead = GroupFiles.of(stream.directory(), AHEAD);
        behind = GroupFiles.of(stream.directory(), BEHIND);
        Logs.close(log);
        Files.copy(ahead, behind, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void acksOfAnotherGroupAreNotBelieved() throws Exception {
        Log log = open();
        assertThat(poll(log, BEHIND, 10)).isEqualTo(ENTRIES);
        assertThat(poll(log, AHEAD, 10)).isZero();
        assertThat(poll(log, BEHIND, 10)).isZero();
        Logs.close(log);
    }

    @Test
    void retentionTakesNothingForReadThatOnlyTheOtherGroupHasRead() throws IOException {
        Log log = open();
        LogStream stream = log.find(STREAM).orElseThrow();
        assertThat(LogGroups.acked(log, stream, new GroupId(STREAM, BEHIND), 0)).isZero();
        assertThat(LogGroups.acked(log, stream, new GroupId(STREAM, AHEAD), 0)).isEqualTo(ENTRIES);
        Logs.close(log);
    }

    @Test
    void whoOnlyReadsTheLogSeesAGroupThatHasReadNothingAndChangesNothing() throws IOException {
        byte[] before = Files.readAllBytes(behind);
        Log log =
                Logs.open(directory, CometConfig.builder().readOnly(true).build(), DiskStorage::new, TimeSource.SYSTEM);
        assertThat(new GroupConsumer(log, BEHIND).lag(STREAM).entries()).isEqualTo(ENTRIES);
        assertThat(new GroupConsumer(log, AHEAD).lag(STREAM).entries()).isZero();
        Logs.close(log);
        assertThat(Files.readAllBytes(behind)).isEqualTo(before);
    }

    @Test
    void itStaysTheFileOfAnotherUntilItsAcksAreGoneForGood() throws Exception {
        byte[] header = Arrays.copyOf(Files.readAllBytes(behind), HEADER_LENGTH);
        List<byte[]> forced = new ArrayList<>();
        Log log = Logs.open(
                directory,
                CometConfig.builder().build(),
                mode -> {
                    InterceptedStorage storage = new InterceptedStorage(new DiskStorage(mode));
                    storage.before((call, path) -> {
                        if (call.equals("force") && path.equals(behind)) {
                            forced.add(Files.readAllBytes(path));
                        }
                    });
                    return storage.storage();
                },
                TimeSource.SYSTEM);
        assertThat(poll(log, BEHIND, 10)).isEqualTo(ENTRIES);
        Logs.close(log);

        byte[] first = forced.getFirst();
        assertThat(Arrays.copyOf(first, HEADER_LENGTH)).isEqualTo(header);
        assertThat(Arrays.copyOfRange(first, HEADER_LENGTH, first.length)).containsOnly(0);
    }

    @Test
    void itIsNotTakenFromAGroupThatReadsByIt() throws Exception {
        Log log = open();
        LogStream stream = log.find(STREAM).orElseThrow();
        Files.delete(behind);
        Files.createLink(behind, GroupFiles.of(stream.directory(), AHEAD));
        GroupConsumer reading = new GroupConsumer(log, AHEAD);
        Batch _ = reading.poll(STREAM, 1, Duration.ZERO);

        assertThatThrownBy(() -> poll(log, BEHIND, 1))
                .isInstanceOf(CometException.Damaged.class)
                .hasMessageContaining(behind.toString());

        assertThat(reading.lag(STREAM).entries()).isZero();
        reading.close();
        Logs.close(log);
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
