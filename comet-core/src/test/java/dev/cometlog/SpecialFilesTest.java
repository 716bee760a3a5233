package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A link or a FIFO in place of a file of the log is never opened: what needs it fails by name, all else works.
@Timeout(60)
class SpecialFilesTest {
    @TempDir
    Path scratch;

    private Path log;
    private Path stream;

    /// What stands there instead.
    enum Special {
        LINK {
            @Override
            void replace(Path file, Path scratch) throws IOException {
                Path elsewhere = Files.move(file, scratch.resolve("elsewhere"));
                Files.createSymbolicLink(file, elsewhere);
            }
        },
        FIFO {
            @Override
            void replace(Path file, Path scratch) throws Exception {
                Files.delete(file);
                assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                        .isZero();
            }
        };

        abstract void replace(Path file, Path scratch) throws Exception;
    }

    @BeforeEach
    void makeALog() throws Exception {
        log = scratch.toRealPath().resolve("log");
        try (Comet comet = Comet.open(log);
                CometConsumer consumer = comet.consumer("g")) {
            CometStream events = comet.stream("events:v1", 2);
            for (int i = 0; i < 2; i++) {
                long _ = events.shard(i).append(new byte[] {(byte) i});
            }
            consumer.ackRange("events:v1", 0, 0, 0);
        }
        stream = log.resolve("streams/events%3Av1");
    }

    private static void theOtherShardWorks(Comet comet) {
        CometShard other = comet.stream("events:v1").shard(1);
        assertThat(other.append(new byte[1])).isEqualTo(1);
        assertThat(other.recent(5)).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void inPlaceOfAStatePage(Special special) throws Exception {
        failsAlone(stream.resolve("0000/state"), special);
    }

    @ParameterizedTest
    @EnumSource
    void inPlaceOfASegment(Special special) throws Exception {
        failsAlone(stream.resolve("0000/00000000000000000000.log"), special);
    }

    private void failsAlone(Path file, Special special) throws Exception {
        special.replace(file, scratch);
        try (Comet comet = Comet.open(log)) {
            CometShard shard = comet.stream("events:v1").shard(0);
            for (ThrowingCallable use :
                    List.<ThrowingCallable>of(() -> shard.append(new byte[1]), () -> shard.recent(1))) {
                assertThatThrownBy(use)
                        .isInstanceOf(CometException.class)
                        .hasMessageContaining("events:v1:shard:0000")
                        .hasMessageContaining(file + ": is no regular file");
            }
            theOtherShardWorks(comet);
        }
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void inPlaceOfAnIndexWhichAShardDoesWithout(Special special) throws Exception {
        special.replace(stream.resolve("0000/00000000000000000000.index"), scratch);
        try (Comet comet = Comet.open(log)) {
            CometShard shard = comet.stream("events:v1").shard(0);
            assertThat(shard.append(new byte[1])).isEqualTo(1);
            assertThat(shard.recent(5)).hasSize(2);
            theOtherShardWorks(comet);
        }
    }

    @ParameterizedTest
    @EnumSource
    void inPlaceOfAGroupFile(Special special) throws Exception {
        Path file = stream.resolve("groups/g");
        special.replace(file, scratch);
        try (Comet comet = Comet.open(log);
                CometConsumer consumer = comet.consumer("g");
                CometConsumer other = comet.consumer("h")) {
            assertThatThrownBy(() -> consumer.poll("events:v1", 1, Duration.ofSeconds(10)))
                    .isInstanceOf(CometException.class)
                    .hasMessageContaining(file + ": is no regular file");
            assertThat(other.poll("events:v1", 1, Duration.ofSeconds(10)).size())
                    .isEqualTo(1);
            assertThat(comet.groups("events:v1")).containsExactly("h");
            assertThat(comet.stats().streams()).hasSize(1);
            theOtherShardWorks(comet);
        }
    }
}
