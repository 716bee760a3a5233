package dev.cometlog.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Liveness, against real processes.
class IncarnationsTest {

    @TempDir
    Path directory;

    @Test
    void anotherProcessIsAliveUntilItIsKilled() throws Exception {
        try (Incarnations self = open();
                OtherProcess other = OtherProcess.start(directory)) {
            assertThat(self.isAlive(other.incarnation())).isTrue();
            assertThat(self.anyoneElseAlive()).isTrue();
            assertThat(other.ask("alive " + self.self())).isEqualTo("true");

            other.kill();

            assertThat(self.isAlive(other.incarnation())).isFalse();
            assertThat(self.anyoneElseAlive()).isFalse();
            assertThat(self.isAlive(self.self())).isTrue();
        }
    }

    @Test
    void anIncarnationIsDeadOnceItIsClosed() throws Exception {
        try (OtherProcess other = OtherProcess.start(directory)) {
            Incarnations self = open();
            self.close();
            assertThat(other.ask("alive " + self.self())).isEqualTo("false");
            assertThat(other.ask("others")).isEqualTo("false");
        }
    }

    @Test
    void twoIncarnationsOfOneProcessSeeEachOther() throws IOException {
        try (Incarnations first = open();
                Incarnations second = open()) {
            assertThat(first.isAlive(second.self())).isTrue();
            assertThat(second.isAlive(first.self())).isTrue();
            assertThat(first.anyoneElseAlive()).isTrue();
        }
    }

    @Test
    void numbersOutsideTheRangeAreDead() throws IOException {
        try (Incarnations self = open()) {
            for (long number : new long[] {0, 1, -1, Incarnations.FIRST - 1, Incarnations.END, Long.MIN_VALUE}) {
                assertThat(self.isAlive(number)).as("incarnation %d", number).isFalse();
            }
        }
    }

    @Test
    void threadsThatProbeTogetherDoNotTakeEachOtherForAHolder() throws Exception {
        try (Incarnations self = open();
                var threads = Executors.newFixedThreadPool(4)) {
            long dead = Incarnations.FIRST + 1;
            Callable<Long> probing = () ->
                    IntStream.range(0, 500).filter(i -> self.isAlive(dead)).count();
            for (Future<Long> alive : threads.invokeAll(List.of(probing, probing, probing, probing))) {
                assertThat(alive.get()).isZero();
            }
        }
    }

    @Test
    void processIdsAreTheLowestFreeAndKept() throws Exception {
        try (Incarnations first = open();
                OtherProcess other = OtherProcess.start(directory)) {
            assertThat(first.processId()).isZero();
            assertThat(other.ask("processId")).isEqualTo("1");
            assertThat(first.processId()).isZero();
            other.kill();
            try (Incarnations next = open()) {
                assertThat(next.processId()).isEqualTo(1);
            }
        }
    }

    @Test
    void theControlLockIsFreedByDeathAndNamesWhoMayHaveIt() throws Exception {
        try (Incarnations self = open();
                OtherProcess other = OtherProcess.start(directory)) {
            assertThat(other.ask("control")).isEqualTo("true");
            assertThatThrownBy(() -> self.control(Duration.ofMillis(50)))
                    .isInstanceOf(CometException.ShardBusy.class)
                    .hasMessageContaining("process " + other.pid());

            other.kill();

            try (LockFile.Held control = self.control(Duration.ofSeconds(10))) {
                assertThat(control).isNotNull();
            }
        }
    }

    @Test
    void anInterruptEndsTheWaitForTheControlLock() throws IOException {
        try (Incarnations self = open();
                LockFile.Held held = self.control(Duration.ofSeconds(10))) {
            assertThat(held).isNotNull();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> self.control(Duration.ofSeconds(10)))
                    .isInstanceOf(CometException.Interrupted.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aShardIsRecoveredByOneAtATime() throws IOException {
        try (Incarnations self = open();
                LockFile.Held held = self.tryRecovery(-7).orElseThrow()) {
            assertThat(held).isNotNull();
            assertThat(self.tryRecovery(-7)).isEmpty();
            assertThat(self.tryRecovery(7))
                    .hasValueSatisfying(other -> assertThat(other).isNotNull());
        }
    }

    @Test
    void aDescriptionTellsTheProcessAndWhetherItIsStopped() throws Exception {
        try (Incarnations self = open();
                OtherProcess other = OtherProcess.start(directory)) {
            assertThat(self.describe(other.incarnation()))
                    .contains("process " + other.pid(), OtherProcess.class.getName())
                    .doesNotContain("stopped");

            other.signal("STOP");

            await().until(() -> self.describe(other.incarnation()).contains("which is stopped"));
        }
    }

    @Test
    void filesOfTheDeadAreSweptAtTheNextOpen() throws Exception {
        try (OtherProcess other = OtherProcess.start(directory)) {
            other.kill();
        }
        try (Incarnations self = open();
                var files = Files.list(directory.resolve("processes"))) {
            assertThat(files).hasSize(1);
            assertThat(self.describe(self.self()))
                    .contains("process " + ProcessHandle.current().pid());
        }
        assertThat(directory.resolve("processes")).isEmptyDirectory();
    }

    private Incarnations open() throws IOException {
        return Incarnations.open(new DiskStorage(FilesMode.DEFAULT), directory, 0640);
    }
}
