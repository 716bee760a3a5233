package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cometlog.CometConfig;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What counts as allocated follows what the files take, while the log is open.
class AllocatedRecountTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path directory;

    private ShardFixture fixture;
    private AllocatedRecount recount;

    @BeforeEach
    void countOnceWhatIsThere() throws IOException {
        fixture = new ShardFixture(directory);
        fixture.budget.correct(bytesOnDisk() - fixture.budget.allocatedBytes());
        recount = recount(fixture.incarnations);
    }

    private AllocatedRecount recount(Incarnations incarnations) {
        return new AllocatedRecount(fixture.budget, fixture.storage, directory, incarnations);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> DiskBudget.rounded(file.toFile().length()))
                    .sum();
        }
    }

    private void count(AllocatedRecount recount, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            recount.run();
        }
    }

    @Test
    void roomThatADeadProcessHadReservedIsGivenBackOnceThreeCountsShowIt() throws IOException {
        fixture.budget.reserve(MIB);
        count(recount, 2);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk() + MIB);
        count(recount, 1);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void aFileThatWasPutThereByHandIsCounted() throws IOException {
        Files.createDirectories(directory.resolve("streams").resolve("copied"));
        Files.write(directory.resolve("streams").resolve("copied").resolve("segment"), new byte[(int) MIB]);
        count(recount, 3);
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void roomThatIsReservedDuringOneCountOrTwoIsLeftAlone() throws IOException {
        for (int i = 0; i < 5; i++) {
            count(recount, 1);
            fixture.budget.reserve(MIB);
            count(recount, 2);
            fixture.budget.release(MIB);
        }
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void ofWhatIsReservedNowAndThenOnlyWhatIsAlwaysThereIsGivenBack() throws IOException {
        fixture.budget.reserve(MIB);
        for (int i = 0; i < 3; i++) {
            fixture.budget.reserve(i * MIB);
            count(recount, 1);
            fixture.budget.release(i * MIB);
        }
        assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
    }

    @Test
    void twoProcessesDoNotGiveItBackTwice() throws IOException {
        try (Incarnations other = Incarnations.open(fixture.storage, directory, FilesMode.DEFAULT.file())) {
            fixture.budget.reserve(1);
            AllocatedRecount ofTheOther = recount(other);
            fixture.budget.reserve(MIB);
            count(recount, 2);
            count(ofTheOther, 2);
            count(recount, 1);
            count(ofTheOther, 3);
            assertThat(fixture.budget.allocatedBytes()).isEqualTo(bytesOnDisk());
        }
    }

    @Test
    void anOpenLogComesToKnowThatAFileWasDeletedByHand() throws IOException {
        ManualTime time = new ManualTime();
        Path root = directory.resolve("log");
        Log log = Logs.open(root, CometConfig.builder().build(), DiskStorage::new, time);
        try {
            Path stray = root.resolve("streams").resolve("events%3Av1").resolve("stray");
            log.findOrCreate("events:v1", 1);
            log.budget().reserve(MIB);
            Files.write(stray, new byte[(int) MIB]);
            long before = log.budget().allocatedBytes();
            Files.delete(stray);
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                time.advance(Duration.ofMinutes(1));
                return log.budget().allocatedBytes() == before - MIB;
            });
        } finally {
            Logs.close(log);
        }
    }
}
