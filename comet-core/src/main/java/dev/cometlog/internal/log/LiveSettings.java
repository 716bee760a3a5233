package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import java.util.Optional;

/// The settings of one stream that are in force now: what any process stores is read at every roll and every
/// minute by all others.
///
/// Thread-safe. [#get()] is one volatile read, so the append path asks each time.
final class LiveSettings {
    private static final System.Logger LOG = System.getLogger(LiveSettings.class.getName());

    private final String stream;
    private final Source source;
    private volatile StreamSettings current;
    private volatile String failure = "";

    /// Where the settings are stored.
    @FunctionalInterface
    interface Source {
        /// What is stored now; empty if that cannot be told, as of a damaged file.
        Optional<StreamSettings> read();
    }

    LiveSettings(String stream, StreamSettings initial, Source source) {
        this.stream = stream;
        this.current = initial;
        this.source = source;
    }

    /// Settings that nobody changes.
    static LiveSettings fixed(StreamSettings settings) {
        return new LiveSettings("", settings, () -> Optional.of(settings));
    }

    StreamSettings get() {
        return current;
    }

    /// Takes over what is stored now. What cannot be read leaves everything as it is: the settings in force were
    /// right once, and defaults could delete what they keep.
    void refresh() {
        try {
            source.read().ifPresent(this::take);
            failure = "";
        } catch (CometException e) {
            String cause = e.toString();
            if (!cause.equals(failure)) {
                failure = cause;
                LOG.log(System.Logger.Level.WARNING, "stream " + stream + ": its settings stay as they are", e);
            }
        }
    }

    /// Puts what was stored in force.
    void take(StreamSettings stored) {
        StreamSettings before = current;
        if (stored.shards() != before.shards()) {
            throw new CometException.WrongShardCount(stream, before.shards(), stored.shards());
        }
        if (!stored.equals(before)) {
            current = stored;
            LOG.log(
                    System.Logger.Level.INFO,
                    "stream {0}: settings changed: {1}",
                    stream,
                    SettingsChange.of(before, stored));
        }
    }
}
