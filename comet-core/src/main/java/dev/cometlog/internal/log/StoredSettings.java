package dev.cometlog.internal.log;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.LockFile;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The settings that lie in a log's directory, as any process may change them at any time.
///
/// Thread-safe.
final class StoredSettings {
    private static final long PROPERTIES_BYTES = 1;

    private final Path directory;
    private final CometConfig config;
    private final Storage storage;
    private final Incarnations incarnations;
    private final DiskBudget budget;
    private final StreamStore store;

    StoredSettings(Log.Parts parts) {
        directory = parts.directory();
        config = parts.config();
        storage = parts.storage();
        incarnations = parts.incarnations();
        budget = parts.budget();
        store = parts.store();
    }

    /// Like [Log#alterBounds(Map)].
    void alterBounds(Map<String, String> changes) {
        DirectorySettings.check(changes);
        // The new file and the old one exist side by side for a moment.
        budget.reserveRegardless(PROPERTIES_BYTES);
        try (LockFile.Held _ = incarnations.control(config.appendTimeout())) {
            DirectorySettings _ = LogProperties.in(directory).store(storage, changes, false);
        } catch (IOException e) {
            throw IoErrors.typed("changing the bounds of " + directory, e);
        } finally {
            budget.release(PROPERTIES_BYTES);
        }
        rereadBounds();
    }

    /// What is stored for a stream now. The bounds of the directory are read too: who rolls should know both.
    Optional<StreamSettings> reread(String stream) {
        rereadBounds();
        return store.stored(stream);
    }

    private void rereadBounds() {
        try {
            Optional<DirectorySettings> stored = LogProperties.in(directory).reread(storage);
            if (stored.isPresent()) {
                budget.bounds(stored.get().bounds(storage.totalBytes(directory)));
            }
        } catch (IOException e) {
            throw IoErrors.typed("reading the bounds of " + directory, e);
        }
    }

    /// Whether the settings of a stream can be read from where they are stored.
    boolean isReadable(String stream) {
        try {
            return store.stored(stream).isPresent();
        } catch (CometException.Damaged e) {
            return false;
        }
    }
}
