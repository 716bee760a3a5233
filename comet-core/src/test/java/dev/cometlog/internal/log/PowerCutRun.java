package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.log.PowerCutStorage.PowerCut;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One shard through several power cuts in a row: random work, a cut in the middle of it, recovery, a look at
/// all that is left, and more work on top of that. Everything follows from the seed.
final class PowerCutRun implements CutRun {
    private static final int SEGMENT_BYTES = 64 * 1024;
    /// The clock makes hours of steps here; what retention takes away would pass for lost.
    private static final Map<String, String> KEEP_ALL = Map.of(StreamSettings.MAX_AGE, "PT87600H");

    private static final int LARGEST_BATCH = SEGMENT_BYTES / 4;

    private final Random random;
    private final Path directory;
    private final Set<String> liesAt;

    /// Of the stream; with one, payloads are such that most of them can be compressed.
    private final String codec;

    private final Set<String> forcedAt = new TreeSet<>();
    private final ManualTime time = new ManualTime();
    private final AppendedBatches appended = new AppendedBatches();
    private int lives;

    /// Where the shard is now; it moves from one to the other at each cut.
    private int place;

    private int cuts;
    private long epoch = 1;

    PowerCutRun(long seed, Path directory, Set<String> liesAt) {
        this(seed, directory, liesAt, StreamSettings.NO_CODEC);
    }

    PowerCutRun(long seed, Path directory, Set<String> liesAt, String codec) {
        this.codec = codec;
        this.random = new Random(seed);
        this.directory = directory;
        this.liesAt = liesAt;
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
        PowerCutStorage.deleteTree(tree());
        while (cuts < cutsWanted) {
            live();
        }
    }

    private Path root() {
        return directory.resolve(place == 0 ? "even" : "odd");
    }

    /// What a cut changes; beside it stand the files that tell who is alive.
    private Path tree() {
        return root().resolve("shards");
    }

    /// From one cut to the next.
    private void live() throws IOException {
        lives++;
        Files.createDirectories(tree());
        try (PowerCutStorage storage = new PowerCutStorage(new DiskStorage(FilesMode.DEFAULT), tree(), liesAt);
                ShardFixture fixture = new ShardFixture(root(), tree().resolve("0000"), storage)) {
            fixture.time = time;
            fixture.segmentBytes = SEGMENT_BYTES;
            fixture.streamSettings = settings();
            fixture.epoch = epoch;
            Life life = new Life(storage, fixture);
            try {
                life.live();
            } catch (PowerCut e) {
                storage.dontCut();
                life.end();
            }
            epoch = fixture.epoch;
            forcedAt.addAll(storage.forcedAt());
        }
        place ^= 1;
        cuts++;
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(KEEP_ALL);
        settings.put(StreamSettings.CODEC, codec);
        settings.put(StreamSettings.CODEC_MIN_BYTES, "64");
        return settings;
    }

    private final class Life {
        private final PowerCutStorage storage;
        private final ShardFixture fixture;
        private final BootId boot = new BootId(lives, 7);
        private @Nullable Shard shard;

        /// The batch that is being appended, and how many there were before it.
        private @Nullable List<byte[]> inDoubt;

        private long batchesBefore;
        private boolean isCut;

        Life(PowerCutStorage storage, ShardFixture fixture) {
            this.storage = storage;
            this.fixture = fixture;
        }

        void live() throws IOException {
            if (random.nextInt(4) == 0) {
                storage.cutAtCall(random.nextInt(12), this::cut);
            }
            Shard opened = fixture.openInNewEpoch(boot);
            storage.dontCut();
            appended.check(opened, true, random);
            appended.promise(opened.state().durableOffset());
            appended.visible(opened.state().endOffset());
            shard = opened;
            if (random.nextInt(4) == 0) {
                reopen(new BootId(lives, 8));
            }
            if (random.nextInt(8) == 0 && shard().state().nextBase() == 0) {
                // With the page cache whole the segments tell all, and what they tell is called durable.
                storage.delete(fixture.paths.state());
                reopen(new BootId(lives, 9));
                appended.promise(shard().state().durableOffset());
            }
            if (random.nextBoolean()) {
                storage.cutAtCall(random.nextInt(60), this::cut);
            }
            int operations = random.nextInt(60);
            for (int i = 0; i < operations; i++) {
                operate();
            }
            cut();
            throw new PowerCut();
        }

        private void cut() {
            try {
                PowerCutStorage.deleteTree(otherTree());
                Files.createDirectories(otherTree().getParent());
                storage.cut(random, new DiskStorage(FilesMode.DEFAULT), otherTree());
                isCut = true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Path otherTree() {
            return directory.resolve(place == 0 ? "odd" : "even").resolve("shards");
        }

        /// Notes what was visible when the power went.
        void end() {
            assertThat(isCut).isTrue();
            Shard last = shard;
            if (last == null) {
                return;
            }
            ShardState state = last.state();
            List<byte[]> batch = inDoubt;
            if (batch != null && state.counters().get(ShardCounters.Counter.BATCHES) > batchesBefore) {
                appended.published(state.endOffset() - batch.size(), batch);
            }
            appended.visible(state.endOffset());
            appended.promise(state.durableOffset());
        }

        private Shard shard() {
            if (shard == null) {
                throw new AssertionError("no shard is open");
            }
            return shard;
        }

        private void operate() throws IOException {
            if (random.nextInt(5) == 0) {
                storage.writeBack(random);
            }
            int what = random.nextInt(100);
            if (what < 50) {
                append(List.of(payload(random.nextInt(10) == 0 ? 12_000 : 600)));
            } else if (what < 74) {
                append(batch());
            } else if (what < 86) {
                shard().sync();
                appended.promise(shard().state().endOffset());
            } else if (what < 92) {
                time.advance(Duration.ofSeconds(2));
                shard().tick(time.nanoTime());
                time.advance(Duration.ofSeconds(2));
                shard().tick(time.nanoTime());
            } else if (what < 93) {
                time.advance(Duration.ofHours(2));
                shard().tick(time.nanoTime());
            } else if (what < 94) {
                append(List.of(payload(LARGEST_BATCH)));
            } else if (what < 97) {
                closeCleanly();
            } else {
                reopen(boot);
            }
            appended.promise(shard().state().durableOffset());
        }

        private void append(List<byte[]> payloads) {
            ShardState state = shard().state();
            batchesBefore = state.counters().get(ShardCounters.Counter.BATCHES);
            inDoubt = payloads;
            long offset = payloads.size() == 1
                    ? shard().append(payloads.getFirst(), 0, payloads.getFirst().length)
                    : shard().appendBatch(payloads);
            inDoubt = null;
            appended.appended(offset, payloads);
        }

        private List<byte[]> batch() {
            int entries = 2 + random.nextInt(20);
            List<byte[]> payloads = new ArrayList<>();
            for (int i = 0; i < entries; i++) {
                payloads.add(payload(LARGEST_BATCH / entries / (1 + random.nextInt(8))));
            }
            return payloads;
        }

        private byte[] payload(int most) {
            byte[] bytes = new byte[random.nextInt(most)];
            random.nextBytes(bytes);
            if (!codec.equals(StreamSettings.NO_CODEC) && random.nextInt(4) != 0) {
                for (int i = 16; i < bytes.length; i++) {
                    bytes[i] = bytes[i % 16];
                }
            }
            return bytes;
        }

        private void closeCleanly() {
            Shard closing = shard();
            long end = closing.state().endOffset();
            appended.visible(end);
            shard = null;
            closing.close(true);
            appended.promise(end);
            shard = fixture.openInNewEpoch(boot);
            appended.check(shard(), false, random);
        }

        /// As after a kill, with the page cache whole.
        private void reopen(BootId as) {
            shard = fixture.openInNewEpoch(as);
            appended.check(shard(), false, random);
        }
    }
}
