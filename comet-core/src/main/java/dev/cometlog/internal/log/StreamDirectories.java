package dev.cometlog.internal.log;

import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/// The directories of a log's streams. What else lies among them is told of once and left alone.
final class StreamDirectories {
    /// The settings of a stream, in its directory.
    static final String PROPERTIES = "stream.properties";

    private static final System.Logger LOG = System.getLogger(StreamDirectories.class.getName());

    private final Storage storage;
    private final Path directory;
    private final AtomicBoolean warnedOfStrangers = new AtomicBoolean();

    StreamDirectories(Storage storage, Path directory) {
        this.storage = storage;
        this.directory = directory;
    }

    /// Where the files of a stream are.
    Path of(String stream) {
        return directory.resolve(StreamName.encode(stream));
    }

    /// The names of all streams, sorted.
    ///
    /// @param known those that need not be looked at
    List<String> names(Predicate<String> known) throws IOException {
        if (storage.kind(directory) != Storage.FileKind.DIRECTORY) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        List<String> strangers = new ArrayList<>();
        for (String file : storage.list(directory)) {
            Optional<String> name = nameOf(file);
            try {
                if (name.isEmpty()) {
                    strangers.add(file);
                } else if (known.test(name.get()) || isStream(directory.resolve(file))) {
                    names.add(name.get());
                }
            } catch (AccessDeniedException e) {
                // Whoever asks for it by its name is told.
                strangers.add(file);
            }
        }
        if (!strangers.isEmpty() && warnedOfStrangers.compareAndSet(false, true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} holds what is no stream or cannot be read; ignored: {1}",
                    directory,
                    strangers);
        }
        names.sort(null);
        return names;
    }

    private Optional<String> nameOf(String file) throws IOException {
        if (storage.kind(directory.resolve(file)) != Storage.FileKind.DIRECTORY) {
            return Optional.empty();
        }
        try {
            return Optional.of(StreamName.checkStream(StreamName.decode(file)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Whether a stream was made here; its creator may have died before that.
    private boolean isStream(Path stream) throws IOException {
        return storage.kind(stream.resolve(PROPERTIES)) != Storage.FileKind.ABSENT
                || new ShardCountFinder(storage, stream).find().isPresent();
    }
}
