package dev.cometlog.internal.log;

import dev.cometlog.CometConfig;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.TimeSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// The open logs of this class loader. Opening a directory again shares what is open; the last to close it
/// closes it.
public final class Logs {
    /// Guarded by itself.
    private static final Map<Key, Entry> OPEN = new HashMap<>();

    private Logs() {}

    /// One who only reads takes no part in the locks of one who writes, so they are apart.
    private record Key(Path realPath, boolean readOnly) {}

    private static final class Entry {
        private final Log log;
        private int users = 1;

        private Entry(Log log) {
            this.log = log;
        }
    }

    public static Log open(Path path, CometConfig config) {
        return open(path, config, DiskStorage::new, TimeSource.SYSTEM);
    }

    /// Opens a log on another storage or clock than the machine's.
    ///
    /// @throws IllegalArgumentException if it is open in this class loader with other process-local settings
    public static Log open(Path path, CometConfig config, Function<FilesMode, Storage> storages, TimeSource time) {
        return open(path, config, Machine.of(storages, time), true);
    }

    /// Opens a log without a thread that looks after it: nothing is deleted, rolled or synced but by a call.
    public static Log openUnattended(Path path, CometConfig config) {
        return open(path, config, Machine.real(), false);
    }

    private static Log open(Path path, CometConfig config, Machine machine, boolean attended) {
        if (!config.readOnly()) {
            checkCodecs(config);
        }
        synchronized (OPEN) {
            LogDirectory directory = LogOpener.resolve(path, config, machine);
            Key key = new Key(directory.path(), config.readOnly());
            Entry open = OPEN.get(key);
            if (open != null) {
                checkSame(open.log, config);
                open.log.set(new ExplicitSettings(config.streamSettings(), config.streamOverrides()));
                Map<String, String> bounds = DirectorySettings.bounds(config.directorySettings());
                if (!bounds.isEmpty() && !config.readOnly()) {
                    open.log.alterBounds(bounds);
                }
                open.users++;
                return open.log;
            }
            Log log = new LogOpener(directory, config, machine).open();
            if (attended) {
                log.attend();
            }
            OPEN.put(key, new Entry(log));
            return log;
        }
    }

    /// What a process asks for itself must be there; what is stored already is followed as far as it can be.
    private static void checkCodecs(CometConfig config) {
        Codecs.installed().check(StreamSettings.of(config.defaultShards(), config.streamSettings()));
        config.streamOverrides().values().forEach(values -> {
            Map<String, String> merged = new HashMap<>(config.streamSettings());
            merged.putAll(values);
            Codecs.installed().check(StreamSettings.of(config.defaultShards(), merged));
        });
    }

    private static void checkSame(Log log, CometConfig config) {
        CometConfig open = log.config();
        checkSame(log, "allowAnyFilesystem", open.allowAnyFilesystem(), config.allowAnyFilesystem());
        checkSame(log, "syncInterval", open.syncInterval(), config.syncInterval());
        checkSame(log, "syncEntries", open.syncEntries(), config.syncEntries());
        checkSame(log, "appendTimeout", open.appendTimeout(), config.appendTimeout());
        checkSame(log, "defaultShards", open.defaultShards(), config.defaultShards());
        Map<String, String> fixed = new HashMap<>(config.directorySettings());
        if (!config.readOnly()) {
            fixed.keySet().removeAll(DirectorySettings.BOUNDS);
        }
        fixed.forEach((name, value) -> {
            // In force since the log was opened: they cannot change under those who use it.
            checkSame(log, name, open.directorySettings().getOrDefault(name, "unset"), value);
        });
    }

    private static void checkSame(Log log, String name, Object open, Object asked) {
        if (!Objects.equals(open, asked)) {
            throw new IllegalArgumentException(log.directory() + " is open in this process already with another " + name
                    + ": " + name + "=" + asked + ", open with " + open);
        }
    }

    /// Gives up one share of a log; the last one closes it.
    public static void close(Log log) {
        synchronized (OPEN) {
            Key key = new Key(log.directory(), log.config().readOnly());
            Entry open = OPEN.get(key);
            if (open == null || open.log != log) {
                throw new IllegalStateException(log.directory() + " is not open");
            }
            if (--open.users == 0) {
                OPEN.remove(key);
                log.close();
            }
        }
    }
}
