package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.CometConfig;
import dev.cometlog.ProcessOptions;
import dev.cometlog.Seek;
import dev.cometlog.internal.consumer.GroupConsumer;
import dev.cometlog.internal.consumer.ProcessLoop;
import dev.cometlog.internal.log.PowerCutStorage.PowerCut;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The first steps of a log, over and over: its directory is made with its parent, it is opened, a stream is made, an
/// entry appended and synced, a group registered at the end. The power goes at any call of that, most often at one
/// of the first.
final class NewLogCutRun implements CutRun {
    /// Of the calls with which the directory becomes a log.
    private static final int FIRST_CALLS = 18;

    private static final int LAST_OF_THEM = 14;

    /// Until the group is registered, and some more.
    private static final int CALLS = 90;

    private static final String STREAM = "orders:v1";
    private static final String GROUP = "audit";
    private static final CometConfig READ_ONLY =
            CometConfig.builder().readOnly(true).build();
    private static final CometConfig WRITING =
            CometConfig.builder().segmentBytes(LogLife.SEGMENT_BYTES).build();

    private final Random random;
    private final Path root;
    private final Path path;
    private final Set<String> liesAt;

    /// Whether the first cut leaves half of a log, on which the next open builds.
    private final boolean isHalfMade;

    private final ManualTime time = new ManualTime();
    private final Set<String> forcedAt = new TreeSet<>();
    private MemoryDisk disk;
    private int cuts;

    // What was promised.
    private boolean isMade;
    private boolean wasOpened;
    private long synced;
    private long groupStart;

    /// @param root an existing directory, in which the lock files come to lie
    NewLogCutRun(long seed, Path root, Set<String> liesAt) {
        this.random = new Random(seed);
        this.isHalfMade = random.nextBoolean();
        this.root = root;
        this.path = root.resolve("logs").resolve("one");
        this.liesAt = liesAt;
        this.disk = new MemoryDisk(root, time);
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
    public void run(int cutsWanted) throws IOException, InterruptedException {
        Files.createDirectories(path);
        while (cuts < cutsWanted) {
            live();
            cuts++;
        }
    }

    private void live() throws IOException, InterruptedException {
        checkReadOnly(machine(disk));
        MemoryDisk left = new MemoryDisk(root, time);
        try (PowerCutStorage storage = new PowerCutStorage(disk, root, liesAt)) {
            callToCut().ifPresent(call -> storage.cutAtCall(call, () -> cut(storage, left)));
            @Nullable Log[] opened = {null};
            try {
                work(storage, machine(storage), opened);
                cut(storage, left);
            } catch (PowerCut e) {
                // As it was meant to be.
            } finally {
                storage.dontCut();
                letGo(opened[0]);
                forcedAt.addAll(storage.forcedAt());
            }
        }
        disk = left;
    }

    private Machine machine(Storage storage) {
        BootId boot = new BootId(cuts + 1, 7);
        return new Machine(mode -> storage, time, () -> boot, (name, count) -> new DirectExecutor());
    }

    /// Empty for a cut behind all of them.
    private OptionalInt callToCut() {
        if (isHalfMade && cuts == 0) {
            return OptionalInt.of(random.nextInt(LAST_OF_THEM, FIRST_CALLS));
        }
        return isHalfMade && random.nextBoolean()
                ? OptionalInt.empty()
                : OptionalInt.of(random.nextInt(1 + random.nextInt(CALLS)));
    }

    private void cut(PowerCutStorage storage, MemoryDisk left) {
        try {
            storage.cut(random, left, root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lets go of the locks, as the end of a process does.
    private static void letGo(@Nullable Log log) throws IOException {
        if (log != null) {
            log.incarnations().close();
        }
    }

    private void work(PowerCutStorage storage, Machine machine, @Nullable Log[] opened)
            throws IOException, InterruptedException {
        LogDirectory directory = LogDirectory.resolve(storage, path, true);
        isMade = true;
        Log log = new LogOpener(directory, WRITING, machine).open();
        opened[0] = log;
        wasOpened = true;
        assertThat(log.find(STREAM).isPresent() || synced == 0)
                .as("the stream is there")
                .isTrue();
        Shard shard = log.findOrCreate(STREAM, 1).shard(0);
        assertThat(shard.state().endOffset()).as("end offset").isGreaterThanOrEqualTo(synced);
        checkGroup(log);
        byte[] payload = new byte[100];
        long offset = shard.append(payload, 0, payload.length);
        assertThat(offset).as("offset handed out before").isGreaterThanOrEqualTo(synced);
        shard.sync();
        synced = offset + 1;
        register(log);
        if (groupStart == 0) {
            groupStart = acked(log);
            // Less if the power was cut while it was registered before.
            assertThat(groupStart).as("where the group begins").isBetween(1L, synced);
        }
    }

    private static long acked(Log log) throws IOException {
        return LogGroups.acked(log, log.find(STREAM).orElseThrow(), new LogPromises.GroupId(STREAM, GROUP), 0);
    }

    private void checkGroup(Log log) throws IOException {
        if (groupStart > 0) {
            assertThat(GroupConsumer.names(log, STREAM)).as("groups").contains(GROUP);
            assertThat(acked(log)).as("where the group began").isGreaterThanOrEqualTo(groupStart);
        }
    }

    /// A group begins where it was told to, whether or not anything is acknowledged by then.
    private static void register(Log log) throws InterruptedException {
        GroupConsumer consumer = new GroupConsumer(log, GROUP);
        try {
            ProcessLoop loop = consumer.loop(
                    ProcessOptions.builder().stream(STREAM)
                            .startAt(Seek.latest())
                            .build(),
                    _ -> {});
            // It registers the group all the same, and delivers nothing.
            loop.stop();
            loop.run();
        } finally {
            consumer.close();
        }
    }

    /// Reading needs nobody to have opened the log for writing since the power came back: what has its name is whole.
    private void checkReadOnly(Machine machine) {
        assertThat(!isMade || disk.kind(path) == Storage.FileKind.DIRECTORY)
                .as("the directory is there")
                .isTrue();
        if (wasOpened) {
            Log log = new LogOpener(new LogDirectory(path), READ_ONLY, machine).open();
            long end = log.find(STREAM)
                    .flatMap(stream -> stream.view(0))
                    .map(view -> view.state().endOffset())
                    .orElse(0L);
            assertThat(end).as("end offset for reading").isGreaterThanOrEqualTo(synced);
            log.close();
        }
    }
}
