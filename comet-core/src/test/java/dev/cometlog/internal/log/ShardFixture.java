package dev.cometlog.internal.log;

import dev.cometlog.CometConfig;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.TimeSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/// One shard in a temporary directory, without the rest of a log around it.
final class ShardFixture implements AutoCloseable {
    static final BootId BOOT = new BootId(1, 2);
    static final BootId OTHER_BOOT = new BootId(3, 4);
    private static final long NEVER_FULL = 1L << 50;

    final Path directory;
    final ShardPaths paths;
    final ShardId id = ShardId.of("events:v1", 0, 1);
    final Storage storage;
    final Incarnations incarnations;
    final DirectoryState directoryState;
    TimeSource time = TimeSource.SYSTEM;
    int segmentBytes = 256 * 1024;
    Executor background = Runnable::run;
    Map<String, String> streamSettings = Map.of();
    ProtectedOffsets groups = ProtectedOffsets.none();
    CometConfig config = CometConfig.builder().build();
    DiskBudget budget;
    long epoch = 1;
    private final List<LiveSettings> live = new ArrayList<>();

    ShardFixture(Path directory) throws IOException {
        this(directory, new DiskStorage(FilesMode.DEFAULT));
    }

    ShardFixture(Path directory, Storage storage) throws IOException {
        this(directory, directory.resolve("0000"), storage);
    }

    ShardFixture(Path directory, Path shardDirectory, Storage storage) throws IOException {
        this.directory = directory;
        this.storage = storage;
        this.paths = new ShardPaths(shardDirectory);
        Files.createDirectories(directory.resolve("processes"));
        this.incarnations = Incarnations.open(storage, directory, FilesMode.DEFAULT.file());
        DirectoryState.create(storage, directory.resolve("comet.state"));
        this.directoryState = DirectoryState.open(storage, directory.resolve("comet.state"), true)
                .orElseThrow();
        this.budget = new DiskBudget(
                directoryState, storage, directory, new DiskBudget.Bounds(NEVER_FULL, 0), SpacePolicy.refuse());
    }

    /// Opens the shard in the present epoch.
    Shard open(BootId boot) {
        return Shard.open(context(boot), id, paths);
    }

    /// Opens the shard as the first process after all others are gone.
    Shard openInNewEpoch(BootId boot) {
        epoch++;
        return open(boot);
    }

    /// Does what a roll or a minute does to the settings of every shard that was opened.
    void refreshSettings() {
        live.forEach(LiveSettings::refresh);
    }

    ShardContext context(BootId boot) {
        live.add(new LiveSettings(id.stream(), stored(), () -> Optional.of(stored())));
        return new ShardContext(
                storage,
                time,
                incarnations,
                budget,
                live.getLast(),
                config,
                epoch,
                boot,
                new ClockSteps(directoryState, time, boot),
                groups,
                background,
                background,
                background);
    }

    /// The settings as they would be read from the stream's properties now.
    private StreamSettings stored() {
        Map<String, String> settings = new TreeMap<>(streamSettings);
        settings.putIfAbsent(StreamSettings.SEGMENT_BYTES, Integer.toString(segmentBytes));
        return StreamSettings.of(1, settings);
    }

    /// What a reader finds from `from` on: entries as `offset=text`, gaps as `from..to reason`.
    static List<String> read(Shard shard, long from) throws IOException {
        return read(shard.view(), from);
    }

    static List<String> read(ShardView view, long from) throws IOException {
        List<String> found = new ArrayList<>();
        ShardReader reader = new ShardReader(view);
        reader.seek(from);
        while (reader.scan(
                        1000,
                        Verify.CRC,
                        (offset, micros, memory, position, length) -> found.add(offset + "="
                                + new String(
                                        memory.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE),
                                        StandardCharsets.UTF_8)),
                        (Gap gap) -> found.add(gap.from() + ".." + gap.to() + " " + gap.reason()))
                > 0) {
            // Until nothing more comes.
        }
        return found;
    }

    /// A state page that no file holds.
    static ShardState pageInMemory() {
        Arena arena = Arena.ofAuto();
        return new ShardState(new MappedFile(arena.allocate(ShardState.PAGE_BYTES, Long.BYTES), arena));
    }

    static long append(Shard shard, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return shard.append(bytes, 0, bytes.length);
    }

    static long appendBatch(Shard shard, String... texts) {
        List<byte[]> payloads = new ArrayList<>();
        for (String text : texts) {
            payloads.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return shard.appendBatch(payloads);
    }

    @Override
    public void close() throws IOException {
        directoryState.close();
        incarnations.close();
    }
}
