package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// `comet.properties`: reads it, and stores what a process sets explicitly.
record LogProperties(Path path) {
    private static final System.Logger LOG = System.getLogger(LogProperties.class.getName());
    private static final String NAME = "comet.properties";

    static LogProperties in(Path logDirectory) {
        return new LogProperties(logDirectory.resolve(NAME));
    }

    /// The settings in force once those of `explicit` are stored, read without changing anything.
    ///
    /// @throws CometException.NewerFormat if this version must not open the log that way
    DirectorySettings read(Storage storage, Map<String, String> explicit, boolean readOnly) throws IOException {
        return settings(merged(stored(storage).orElseGet(TreeMap::new), explicit), readOnly);
    }

    /// The settings that are stored now; empty if the file is missing or damaged.
    ///
    /// @throws CometException.NewerFormat if a newer version has taken the log over
    Optional<DirectorySettings> reread(Storage storage) throws IOException {
        return stored(storage).map(stored -> settings(stored, false));
    }

    private Optional<SortedMap<String, String>> stored(Storage storage) throws IOException {
        return WholeFiles.read(storage, path).flatMap(PropertiesText::decode);
    }

    private static SortedMap<String, String> merged(Map<String, String> stored, Map<String, String> explicit) {
        SortedMap<String, String> merged = new TreeMap<>(stored);
        merged.putAll(explicit);
        return merged;
    }

    private DirectorySettings settings(Map<String, String> properties, boolean readOnly) {
        DirectorySettings settings;
        try {
            settings = DirectorySettings.of(properties);
        } catch (IllegalArgumentException e) {
            throw new CometException.Damaged(path, String.valueOf(e.getMessage()), e);
        }
        if (!settings.isReadable()) {
            throw new CometException.NewerFormat(path + ": format " + settings.format() + " with reader features "
                    + settings.readerBits() + " is newer than this version, which knows format "
                    + DirectorySettings.CURRENT_FORMAT + " and features " + DirectorySettings.KNOWN_READER_BITS);
        }
        if (!readOnly && !settings.isWritable()) {
            throw new CometException.NewerFormat(path + ": writer features " + settings.writerBits()
                    + " are newer than this version; it can only be opened read-only");
        }
        return settings;
    }

    /// Creates, rebuilds or changes the file as needed and returns the settings in force. Called under the
    /// control lock.
    DirectorySettings store(Storage storage, Map<String, String> explicit, boolean isNewLog) throws IOException {
        Optional<SortedMap<String, String>> stored = stored(storage);
        if (stored.isEmpty() && !isNewLog) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} is missing or damaged; it is made anew, and what is not set explicitly is a default",
                    path);
        }
        SortedMap<String, String> merged = merged(stored.orElseGet(TreeMap::new), explicit);
        merged.putIfAbsent(DirectorySettings.FORMAT, Integer.toString(DirectorySettings.CURRENT_FORMAT));
        merged.putIfAbsent(DirectorySettings.READER_BITS, "0");
        merged.putIfAbsent(DirectorySettings.WRITER_BITS, "0");
        DirectorySettings settings = settings(merged, false);
        if (stored.isEmpty() || !stored.get().equals(merged)) {
            WholeFiles.replace(storage, path, PropertiesText.encode(merged));
        }
        if (stored.isPresent() && !stored.get().equals(merged)) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}: settings changed: {1}",
                    path,
                    SettingsChange.of(stored.get(), merged));
        }
        return settings;
    }
}
