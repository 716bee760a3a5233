package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometConfig;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometShard;
import dev.cometlog.Warnings;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an operator reads in the log of a program: what is rare, what is to be looked at, each once and for people.
@Timeout(60)
class LogMessagesTest {
    private static final String STREAM = "events:v1";
    private static final long ABANDONED = 1;

    @TempDir
    private Path directory;

    private final Warnings logged = new Warnings();

    @AfterEach
    void stop() {
        logged.close();
    }

    private void append(int entries, Consumer<CometConfig.Builder> settings) {
        try (Comet comet = Comet.open(directory, settings)) {
            CometShard shard = comet.stream(STREAM, 1).shard(0);
            for (int i = 0; i < entries; i++) {
                long _ = shard.append(("entry " + i).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aLogThatWorksSaysNothing() throws Exception {
        append(1000, settings -> {});
        try (Comet comet = Comet.open(directory);
                CometConsumer consumer = comet.consumer("g")) {
            for (int i = 0; i < 100; i++) {
                consumer.poll(STREAM, 10, Duration.ofSeconds(10)).ack();
            }
            comet.sync();
        }
        assertThat(logged.lines()).isEmpty();
    }

    @Test
    void ofSettingsOnlyWhatChangedIsToldOldAndNew() {
        append(1, settings -> {});
        append(1, settings -> settings.rollInterval(Duration.ofMinutes(10)));
        assertThat(logged.lines())
                .containsExactly("INFO stream events:v1: settings changed: rollInterval PT1H -> PT10M");
    }

    @Test
    void soItIsOfSettingsThatAreAltered() {
        append(1, settings -> {});
        try (Comet comet = Comet.open(directory)) {
            CometShard _ = comet.stream(STREAM).shard(0);
            Log log = Logs.openUnattended(directory, CometConfig.builder().build());
            log.alter(STREAM, Map.of(StreamSettings.MAX_AGE, "PT1H"));
            Logs.close(log);
        }
        assertThat(logged.lines()).containsExactly("INFO stream events:v1: settings changed: maxAge PT4H -> PT1H");
    }

    @Test
    void soItIsOfTheBoundsOfTheDirectory() throws IOException {
        append(1, settings -> {});
        append(1, settings -> settings.retention(retention -> retention.maxTotalBytes(1L << 33)));
        append(1, settings -> settings.retention(retention -> retention.maxTotalBytes(1L << 32)));
        String properties = directory.toRealPath().resolve("comet.properties").toString();
        assertThat(logged.lines())
                .containsExactly(
                        "INFO " + properties + ": settings changed: maxTotalBytes unset -> 8589934592",
                        "INFO " + properties + ": settings changed: maxTotalBytes 8589934592 -> 4294967296");
    }

    @Test
    void damageIsToldWhenItIsMetFirst() throws IOException {
        append(10, settings -> {});
        Path segment = directory.resolve("streams/events%3Av1/0000/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[64 + 12] ^= 1;
        Files.write(segment, bytes);
        try (Comet comet = Comet.open(directory)) {
            for (int i = 0; i < 3; i++) {
                long _ = comet.stream(STREAM).shard(0).scan(0, (offset, time, memory, at, length) -> true);
            }
        }
        assertThat(logged.lines())
                .containsExactly(
                        "WARNING events:v1:shard:0000: entries from offset 0 to 0 do not verify: they are a gap");
    }

    @Test
    void aTakeOverNamesWhoDiedInside() throws IOException {
        try (ShardFixture fixture = new ShardFixture(directory, new DiskStorage(FilesMode.DEFAULT))) {
            Shard shard = fixture.open(ShardFixture.BOOT);
            ShardFixture.append(shard, "x");
            assertThat(shard.state().casLockWord(0, ABANDONED)).isTrue();
            ShardFixture.append(shard, "y");
            shard.close(true);
        }
        assertThat(logged.lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("WARNING ")
                        .contains(": taken over and put in order; inside died or failed nobody (awaiting repair)"));
    }

    @Test
    void aFailureThatComesAgainAndAgainIsToldOnceUntilItChanges() {
        RepeatedFailure failure = new RepeatedFailure();
        assertThat(failure.isNews(new IOException("no space"))).isTrue();
        assertThat(failure.isNews(new IOException("no space"))).isFalse();
        assertThat(failure.isNews(new IOException("gone"))).isTrue();
        failure.over();
        assertThat(failure.isNews(new IOException("gone"))).isTrue();
    }
}
