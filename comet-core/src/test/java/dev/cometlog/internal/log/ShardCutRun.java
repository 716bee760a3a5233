package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.Gap;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// A shard of a few durable segments to which something rare happens, and a power cut behind that.
final class ShardCutRun implements CutRun {
    private static final int SEGMENT_BYTES = 64 * 1024;
    private static final int ENTRIES = 200;
    private static final int DAMAGED_BASE = 128;
    private static final int DAMAGED = 150;
    private static final String KILOBYTE = "x".repeat(1000);
    private static final Duration OLD = Duration.ofHours(5);
    private static final Duration CURE_INTERVAL = Duration.ofSeconds(11);

    /// What happens.
    enum Event {
        /// A force fails, and what may not be on the disk is written anew.
        CURE,
        /// The same, and a part of what is written anew is damaged.
        CURE_OF_DAMAGE,
        /// What is too old is deleted.
        RETENTION,
        /// The same, by one process that dies before it has forced what it published, and another that goes on.
        RETENTION_AFTER_A_DEATH,
        /// The same, by another one that needs the room.
        ROOM_AFTER_A_DEATH
    }

    /// Ends a process in the middle of a force.
    private static final class Death extends Error {
        private static final long serialVersionUID = 1;
    }

    private final Random random;
    private final Path root;

    /// What a cut changes; beside it stand the files that tell who is alive.
    private final Path shards;

    private final Set<String> liesAt;
    private final Event event;
    private final ManualTime time = new ManualTime();
    private final Set<String> forcedAt = new TreeSet<>();
    private int cuts;

    /// @param root an existing directory, in which the lock file comes to lie
    ShardCutRun(long seed, Path root, Set<String> liesAt, Event event) {
        this.random = new Random(seed);
        this.root = root;
        this.shards = root.resolve("shards");
        this.liesAt = liesAt;
        this.event = event;
    }

    @Override
    public int cuts() {
        return cuts;
    }

    @Override
    public Set<String> forcedAt() {
        return forcedAt;
    }

    @Override
    public void run(int cutsWanted) throws IOException {
        while (cuts < cutsWanted) {
            MemoryDisk left = new MemoryDisk(root, time);
            MemoryDisk disk = new MemoryDisk(root, time);
            disk.createDirectory(shards);
            long start;
            try (PowerCutStorage storage = new PowerCutStorage(disk, shards, liesAt)) {
                try (ShardFixture fixture = fixture(storage)) {
                    start = work(storage, fixture);
                    storage.cut(random, left, shards);
                }
                forcedAt.addAll(storage.forcedAt());
            }
            check(left, start);
            cuts++;
        }
    }

    private ShardFixture fixture(Storage storage) throws IOException {
        ShardFixture fixture = new ShardFixture(root, shards.resolve("0000"), storage);
        fixture.time = time;
        fixture.segmentBytes = SEGMENT_BYTES;
        fixture.streamSettings = Map.of(StreamSettings.MIN_SEGMENTS, "0");
        return fixture;
    }

    /// Returns from which offset on everything has to be there.
    private long work(PowerCutStorage storage, ShardFixture fixture) throws IOException {
        Shard shard = fixture.open(ShardFixture.BOOT);
        append(shard, 1);
        shard.sync();
        append(shard, ENTRIES - 1);
        if (event == Event.CURE || event == Event.CURE_OF_DAMAGE) {
            if (event == Event.CURE_OF_DAMAGE) {
                damage(storage, fixture);
            }
            cure(storage, shard);
            return 0;
        }
        shard.sync();
        time.advance(OLD);
        switch (event) {
            case RETENTION -> {
                Retained _ = shard.retain(false);
            }
            case RETENTION_AFTER_A_DEATH -> {
                dieInRetention(storage, shard);
                Retained _ = fixture.open(ShardFixture.BOOT).retain(false);
            }
            default -> {
                dieInRetention(storage, shard);
                assertThat(fixture.open(ShardFixture.BOOT).retention().unlinkPending())
                        .isTrue();
            }
        }
        assertThat(shard.state().startOffset())
                .as("what is left behind retention")
                .isPositive();
        return shard.state().startOffset();
    }

    private static void append(Shard shard, int entries) {
        for (int i = 0; i < entries; i++) {
            ShardFixture.append(shard, KILOBYTE);
        }
    }

    private static void damage(PowerCutStorage storage, ShardFixture fixture) throws IOException {
        try (StorageFile file = storage.open(fixture.paths.segment(DAMAGED_BASE), Storage.Access.WRITE)) {
            int frame = FrameDescriptor.HEADER_LENGTH + KILOBYTE.length();
            byte[] wrong = {'w', 'r', 'o', 'n', 'g'};
            file.write(
                    SegmentHeader.LENGTH + (DAMAGED - DAMAGED_BASE + 1L) * frame - wrong.length,
                    wrong,
                    0,
                    wrong.length);
        }
    }

    private void cure(PowerCutStorage storage, Shard shard) {
        storage.device(_ -> {
            throw new IOException("Input/output error");
        });
        assertThatThrownBy(shard::sync).isInstanceOf(CometException.Poisoned.class);
        storage.device(_ -> true);
        shard.tick(time.nanoTime());
        time.advance(CURE_INTERVAL);
        shard.tick(time.nanoTime());
        assertThat(shard.state().poison()).as("poison").isZero();
        assertThat(shard.state().durableOffset()).isEqualTo(ENTRIES);
    }

    private static void dieInRetention(PowerCutStorage storage, Shard shard) {
        storage.device(_ -> {
            throw new Death();
        });
        assertThatThrownBy(() -> shard.retain(false)).isInstanceOf(Death.class);
        storage.device(_ -> true);
    }

    private void check(MemoryDisk left, long start) throws IOException {
        try (ShardFixture fixture = fixture(left)) {
            Shard shard = fixture.openInNewEpoch(ShardFixture.OTHER_BOOT);
            List<String> expected = IntStream.range((int) start, ENTRIES)
                    .mapToObj(offset -> event == Event.CURE_OF_DAMAGE && offset == DAMAGED
                            ? offset + ".." + (offset + 1) + " " + Gap.Reason.DAMAGE
                            : offset + "=" + KILOBYTE)
                    .toList();
            assertThat(shard.state().endOffset()).as("end offset").isEqualTo(ENTRIES);
            assertThat(ShardFixture.read(shard, start))
                    .as("entries from %d on", start)
                    .isEqualTo(expected);
        }
    }
}
