package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.internal.format.GroupDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What becomes of a group that is deleted.
class GroupDeletionTest extends ConsumerFixture {

    private Path file() {
        return directory.resolve("streams/events%3Av1/groups/g");
    }

    @Test
    void aDeletedGroupIsForgottenAndBeginsAnew() throws Exception {
        append(0, 3);
        try (CometConsumer consumer = comet.consumer("g");
                CometConsumer other = comet.consumer("g")) {
            consumer.ackRange(STREAM, 0, 0, 1);
            assertThat(comet.groups(STREAM)).containsExactly("g");
            assertThat(other.delete(STREAM)).isTrue();
            assertThat(file()).doesNotExist();
            assertThat(comet.groups(STREAM)).isEmpty();
            assertThat(other.delete(STREAM)).isFalse();
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(3);
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).isEqualTo(texts(0, 3));
            assertThat(comet.groups(STREAM)).containsExactly("g");
        }
    }

    @Test
    void aGroupThatIsReadForIsNotDeleted() throws Exception {
        append(0, 3);
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(texts(consumer.poll(STREAM, 1, Duration.ZERO))).containsExactly("0");
            assertThatThrownBy(() -> consumer.delete(STREAM)).isInstanceOf(CometException.LeaseHeld.class);
            consumer.poll(STREAM, 1, Duration.ZERO).ack();
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(3);
        }
        try (CometConsumer consumer = comet.consumer("g");
                ConsumerProcess other = ConsumerProcess.start(directory, "g", STREAM)) {
            assertThat(other.delivered()).isEqualTo(3);
            assertThat(consumer.reader(STREAM, 0))
                    .hasValueSatisfying(reader -> assertThat(reader).contains(Long.toString(other.pid())));
            assertThatThrownBy(() -> consumer.delete(STREAM))
                    .isInstanceOf(CometException.LeaseHeld.class)
                    .hasMessageContaining(Long.toString(other.pid()));
            other.kill();
            assertThat(consumer.reader(STREAM, 0)).isEmpty();
            assertThat(consumer.delete(STREAM)).isTrue();
        }
        assertThat(file()).doesNotExist();
    }

    /// A deleter that is killed after its point of no return leaves a marked file with its name.
    @Test
    void whatAKilledDeleterLeftBehindIsNoGroup() throws Exception {
        append(0, 3);
        try (CometConsumer consumer = comet.consumer("g")) {
            consumer.ackRange(STREAM, 0, 0, 1);
        }
        comet.close();
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            ByteBuffer mark = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            int _ = channel.write(mark.putLong(0, GroupDescriptor.DELETED), GroupDescriptor.leaseField(0));
        }
        open();
        assertThat(comet.groups(STREAM)).isEmpty();
        try (CometConsumer consumer = comet.consumer("g")) {
            assertThat(consumer.lag(STREAM).entries()).isEqualTo(3);
            assertThat(texts(consumer.poll(STREAM, 10, Duration.ZERO))).isEqualTo(texts(0, 3));
        }
        assertThat(comet.groups(STREAM)).containsExactly("g");
    }
}
