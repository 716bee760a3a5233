package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.LockFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The streams of a log: finds them, makes them and keeps their settings in `stream.properties`.
///
/// Everything that writes does so under the control lock, so that two processes cannot disagree on a stream.
final class StreamStore {
    private static final System.Logger LOG = System.getLogger(StreamStore.class.getName());
    private static final String PROPERTIES = StreamDirectories.PROPERTIES;

    private final Storage storage;
    private final Path directory;
    private final StreamDirectories directories;
    private final Incarnations incarnations;
    private final DiskBudget budget;
    private final boolean readOnly;
    private final Duration controlTimeout;

    private final Map<String, StoredStream> known = new ConcurrentHashMap<>();

    /// What this process set: it wins over what is stored. Replaced as a whole.
    private volatile ExplicitSettings explicit;

    StreamStore(
            Storage storage,
            Path directory,
            Incarnations incarnations,
            DiskBudget budget,
            boolean readOnly,
            Duration controlTimeout,
            ExplicitSettings explicit) {
        this.storage = storage;
        this.directory = directory;
        this.directories = new StreamDirectories(storage, directory);
        this.incarnations = incarnations;
        this.budget = budget;
        this.readOnly = readOnly;
        this.controlTimeout = controlTimeout;
        this.explicit = explicit;
    }

    /// Lets further settings win, as another open of the same log in this process demands.
    void set(ExplicitSettings further) {
        ExplicitSettings merged = explicit.with(further);
        if (!merged.equals(explicit)) {
            explicit = merged;
            known.clear();
        }
    }

    /// The settings that are stored with a stream now, whatever this process set; empty if that cannot be told.
    Optional<StreamSettings> stored(String name) {
        Path stream = directories.of(name);
        try {
            return read(stream).map(settings -> stored(name, stream, settings).settings());
        } catch (IOException e) {
            throw IoErrors.typed("reading the settings of stream \"" + name + "\"", e);
        }
    }

    /// Stores settings with one stream that exists: from then on they are in force for every process.
    ///
    /// @throws IllegalArgumentException naming the value that is refused, before anything is stored
    StreamSettings alter(String name, Map<String, String> changes) {
        Path stream = directories.of(name);
        try (LockFile.Held _ = incarnations.control(controlTimeout)) {
            Optional<SortedMap<String, String>> found = read(stream);
            SortedMap<String, String> settings =
                    new TreeMap<>((found.isPresent() ? found : rebuilt(stream)).orElseThrow());
            settings.putAll(changes);
            StoredStream after = new StoredStream(name, stream, StreamSettings.of(settings));
            checkCodec(changes, after.settings());
            write(stream, settings);
            known.put(name, after);
            return after.settings();
        } catch (IOException e) {
            throw IoErrors.typed("changing the settings of stream \"" + name + "\"", e);
        }
    }

    /// The names of all streams, sorted.
    List<String> names() {
        try {
            return directories.names(known::containsKey);
        } catch (IOException e) {
            throw IoErrors.typed("listing " + directory, e);
        }
    }

    /// The stream of that name, if it exists.
    Optional<StoredStream> find(String name) {
        StoredStream cached = known.get(name);
        if (cached != null) {
            return Optional.of(cached);
        }
        try {
            Optional<StoredStream> found = load(StreamName.checkStream(name));
            found.ifPresent(stream -> known.put(name, stream));
            return found;
        } catch (IOException e) {
            throw IoErrors.typed("opening stream \"" + name + "\"", e);
        }
    }

    /// The stream of that name, which is made with that many shards if it does not exist.
    ///
    /// @throws CometException.WrongShardCount if it exists with another number of shards
    StoredStream findOrCreate(String name, int shards) {
        StreamSettings.checkShards(StreamSettings.SHARDS, shards);
        StoredStream stream = find(name).orElseGet(() -> create(name, shards, Map.of()));
        int existing = stream.settings().shards();
        if (existing != shards) {
            throw new CometException.WrongShardCount(name, shards, existing);
        }
        return stream;
    }

    /// Stores with a stream that exists that dead letters go there.
    void markDeadLetter(String name) {
        if (isDeadLetter(name)) {
            return;
        }
        alter(name, Map.of(StreamSettings.DEAD_LETTER, "true"));
    }

    /// Whether dead letters go to the stream, as the directory says now: any process may have marked it.
    boolean isDeadLetter(String name) {
        try {
            return read(directories.of(name))
                    .map(settings -> Boolean.parseBoolean(settings.get(StreamSettings.DEAD_LETTER)))
                    .orElse(false);
        } catch (IOException e) {
            throw IoErrors.typed("opening stream \"" + name + "\"", e);
        }
    }

    private Optional<StoredStream> load(String name) throws IOException {
        Path stream = directories.of(name);
        switch (storage.kind(stream)) {
            case ABSENT -> {
                return Optional.empty();
            }
            case REGULAR, OTHER -> throw new CometException.Damaged(stream, "is no directory");
            case DIRECTORY -> {}
        }
        Optional<SortedMap<String, String>> stored = read(stream);
        if (stored.isPresent()
                && (readOnly
                        || stored.get().entrySet().containsAll(explicit.of(name).entrySet()))) {
            return Optional.of(stored(name, stream, stored.get()));
        }
        if (readOnly) {
            return rebuilt(stream).map(settings -> stored(name, stream, settings));
        }
        try (LockFile.Held _ = incarnations.control(controlTimeout)) {
            return loadUnderControl(name, stream);
        }
    }

    private Optional<StoredStream> loadUnderControl(String name, Path stream) throws IOException {
        Optional<SortedMap<String, String>> stored = read(stream);
        Optional<SortedMap<String, String>> settings = stored.isPresent() ? stored : rebuilt(stream);
        if (settings.isEmpty()) {
            return Optional.empty();
        }
        StoredStream before = stored(name, stream, settings.get());
        SortedMap<String, String> merged = new TreeMap<>(settings.get());
        merged.putAll(explicit.of(name));
        StreamSettings after = StreamSettings.of(merged);
        if (stored.isEmpty() || !merged.equals(stored.get())) {
            write(stream, merged);
        }
        if (!after.equals(before.settings())) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "stream {0}: settings changed: {1}",
                    name,
                    SettingsChange.of(before.settings(), after));
        }
        return Optional.of(new StoredStream(name, stream, after));
    }

    private static StoredStream stored(String name, Path stream, Map<String, String> settings) {
        try {
            return new StoredStream(name, stream, StreamSettings.of(settings));
        } catch (IllegalArgumentException e) {
            throw new CometException.Damaged(stream.resolve(PROPERTIES), String.valueOf(e.getMessage()), e);
        }
    }

    private Optional<SortedMap<String, String>> read(Path stream) throws IOException {
        // A file that is intact and yet no stream's was put there by somebody, and counts as missing.
        return WholeFiles.read(storage, stream.resolve(PROPERTIES))
                .flatMap(PropertiesText::decode)
                .filter(settings -> settings.containsKey(StreamSettings.SHARDS));
    }

    /// What can be known of a stream whose properties are lost.
    private Optional<SortedMap<String, String>> rebuilt(Path stream) throws IOException {
        OptionalInt shards = new ShardCountFinder(storage, stream).find();
        if (shards.isEmpty()) {
            return Optional.empty();
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} is missing or damaged; its segments say {1,number,#} shards, all other settings are defaults",
                stream.resolve(PROPERTIES),
                shards.getAsInt());
        return Optional.of(new TreeMap<>(Map.of(StreamSettings.SHARDS, Integer.toString(shards.getAsInt()))));
    }

    /// The settings that a stream of that name would get if it were made now.
    StreamSettings settingsOfNew(String name, int shards) {
        return StreamSettings.of(shards, explicit.of(StreamName.checkNewStream(name)));
    }

    /// Makes a stream with settings of its own; one that exists stays as it is.
    StoredStream create(String name, int shards, Map<String, String> own) {
        if (readOnly) {
            throw new CometException.UnknownStream(
                    "stream \"" + name + "\" does not exist, and a log that was opened read-only makes none");
        }
        Path stream = directories.of(StreamName.checkNewStream(name));
        // Refused before anything is made.
        checkCodec(own, StreamSettings.of(shards, own));
        try (LockFile.Held _ = incarnations.control(controlTimeout)) {
            ShardFiles.ensureDirectory(storage, stream);
            StoredStream created = loadUnderControl(name, stream).orElse(null);
            if (created == null) {
                SortedMap<String, String> settings = explicit.of(name);
                settings.putAll(own);
                settings.put(StreamSettings.SHARDS, Integer.toString(shards));
                created = new StoredStream(name, stream, StreamSettings.of(settings));
                write(stream, settings);
            }
            known.put(name, created);
            return created;
        } catch (IOException e) {
            throw IoErrors.typed("making stream \"" + name + "\"", e);
        }
    }

    /// A codec that this process asks for must be there; one that is stored already is none of its business.
    private static void checkCodec(Map<String, String> changes, StreamSettings after) {
        if (changes.containsKey(StreamSettings.CODEC) || changes.containsKey(StreamSettings.CODEC_LEVEL)) {
            Codecs.installed().check(after);
        }
    }

    /// The new file and the old one exist side by side for a moment, so room for both is needed.
    private void write(Path stream, SortedMap<String, String> settings) throws IOException {
        Path path = stream.resolve(PROPERTIES);
        boolean existed = storage.kind(path) != Storage.FileKind.ABSENT;
        byte[] bytes = PropertiesText.encode(settings);
        budget.reserve(bytes.length);
        boolean written = false;
        try {
            WholeFiles.replace(storage, path, bytes);
            written = true;
        } finally {
            if (existed || !written) {
                budget.release(bytes.length);
            }
        }
    }
}
