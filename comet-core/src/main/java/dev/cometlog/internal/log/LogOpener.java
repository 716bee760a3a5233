package dev.cometlog.internal.log;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.IoThreads;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.LockFile;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Opens a directory as a log: checks that it may be one, creates what is missing, and joins those who are
/// alive or begins a new epoch.
final class LogOpener {
    private static final RandomGenerator RANDOM = new SecureRandom();

    private final LogDirectory directory;
    private final CometConfig config;
    private final Machine machine;

    LogOpener(LogDirectory directory, CometConfig config, Machine machine) {
        this.directory = directory;
        this.config = config;
        this.machine = machine;
    }

    /// The directory behind `path`; made if absent, unless for reading only.
    static LogDirectory resolve(Path path, CometConfig config, Machine machine) {
        LogDirectory.refuseWindows(System.getProperty("os.name", ""));
        FilesMode mode = DirectorySettings.of(config.directorySettings()).mode();
        try {
            return LogDirectory.resolve(machine.storages().apply(mode), path, !config.readOnly());
        } catch (IOException e) {
            throw IoErrors.isDiskFull(e)
                    ? IoErrors.typed("making " + path, e)
                    : new CometException.IoFailure(path + " cannot be made or resolved: " + e, e);
        }
    }

    Log open() {
        try {
            // Dozens of calls: to hand each over to a thread that does I/O would take longer than most of them.
            return IoThreads.call(() -> config.readOnly() ? openReadOnly() : openForWriting());
        } catch (IOException e) {
            if (IoErrors.isDiskFull(e)) {
                throw IoErrors.typed("opening " + directory.path(), e);
            }
            String how = config.readOnly() ? "read" : "written";
            throw new CometException.IoFailure(
                    directory.path() + " cannot be " + how + " by user " + System.getProperty("user.name") + ": " + e,
                    e);
        }
    }

    private Log openReadOnly() throws IOException {
        Storage storage = machine.storages().apply(FilesMode.DEFAULT);
        directory.checkFilesystem(storage, config.allowAnyFilesystem());
        if (directory.isEmpty(storage)) {
            throw new CometException.NotALog(directory.path(), "it is empty");
        }
        DirectorySettings settings = LogProperties.in(directory.path()).read(storage, config.directorySettings(), true);
        DirectoryState state = DirectoryState.open(storage, directory.state(), false)
                .orElseThrow(() -> new CometException.Damaged(
                        directory.state(), "is missing or damaged; opening the log for writing rebuilds it"));
        return log(storage, budget(storage, settings, state), Incarnations.nobody(storage, directory.path()), state);
    }

    private Log openForWriting() throws IOException {
        Storage probing = machine.storages().apply(FilesMode.DEFAULT);
        directory.checkFilesystem(probing, config.allowAnyFilesystem());
        boolean isNewLog = directory.isEmpty(probing);
        LogProperties properties = LogProperties.in(directory.path());
        // Read before anything is touched: a newer format must be left alone.
        FilesMode mode =
                properties.read(probing, config.directorySettings(), false).mode();
        Storage storage = machine.storages().apply(mode);
        Incarnations incarnations = Incarnations.prepare(storage, directory.path(), mode.file());
        @Nullable DirectoryState state = null;
        try (LockFile.Held _ = incarnations.control(config.appendTimeout())) {
            DirectorySettings settings = properties.store(storage, config.directorySettings(), isNewLog);
            ShardFiles.ensureDirectory(storage, directory.streams());
            boolean alone = !incarnations.anyoneElseAlive();
            state = join(storage, alone);
            DiskBudget budget = budget(storage, settings, state);
            if (!alone) {
                budget.reserveRegardless(Log.PROCESS_FILE_BYTES);
            }
            try {
                incarnations.enter();
            } catch (IOException | RuntimeException | Error e) {
                if (!alone) {
                    budget.release(Log.PROCESS_FILE_BYTES);
                }
                throw e;
            }
            if (alone) {
                beginEpoch(storage, state);
            }
            return log(storage, budget, incarnations, state);
        } catch (IOException | RuntimeException | Error e) {
            if (state != null) {
                state.close();
            }
            incarnations.close();
            throw e;
        }
    }

    private void beginEpoch(Storage storage, DirectoryState state) throws IOException {
        if (KillPoint.ENABLED) {
            KillPoint.OPEN_ENTERED.reached();
        }
        // Counted with the file that says who we are, and without those of the dead.
        long bytes = new DirectoryCount(storage).bytes(directory.path());
        if (KillPoint.ENABLED) {
            KillPoint.OPEN_COUNTED.reached();
        }
        state.beginEpoch(newEpoch(), bytes);
    }

    /// Opens the shared page, which is made anew only if nobody is alive. Called under the control lock.
    private DirectoryState join(Storage storage, boolean alone) throws IOException {
        @Nullable
        DirectoryState state =
                DirectoryState.open(storage, directory.state(), true).orElse(null);
        if (!alone) {
            if (state == null) {
                throw new CometException.Damaged(
                        directory.state(),
                        "is missing or damaged while other processes have the log open; end them, then open it again");
            }
            return state;
        }
        return state == null ? recreate(storage) : state;
    }

    private DirectoryState recreate(Storage storage) throws IOException {
        if (storage.kind(directory.state()) == Storage.FileKind.REGULAR) {
            storage.delete(directory.state());
        }
        DirectoryState.create(storage, directory.state());
        return DirectoryState.open(storage, directory.state(), true)
                .orElseThrow(() -> new IOException(directory.state() + " is not what was just written"));
    }

    /// 0 is no epoch: state pages carry it before their first recovery.
    private static long newEpoch() {
        return RANDOM.nextLong(1, Long.MAX_VALUE);
    }

    private DiskBudget budget(Storage storage, DirectorySettings settings, DirectoryState state) throws IOException {
        return new DiskBudget(
                state,
                storage,
                directory.path(),
                settings.bounds(storage.totalBytes(directory.path())),
                SpacePolicy.refuse());
    }

    private Log log(Storage storage, DiskBudget budget, Incarnations incarnations, DirectoryState state) {
        StreamStore store = new StreamStore(
                storage,
                directory.streams(),
                incarnations,
                budget,
                config.readOnly(),
                config.appendTimeout(),
                new ExplicitSettings(config.streamSettings(), config.streamOverrides()));
        return new Log(new Log.Parts(
                directory.path(),
                config,
                storage,
                machine.time(),
                incarnations,
                state,
                budget,
                store,
                machine.boot().get(),
                machine.threads()));
    }
}
