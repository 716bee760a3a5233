package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.Filesystems;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The directory of a log before it is opened: whether it may be one, and its creation.
record LogDirectory(Path path) {
    static final String STATE = "comet.state";
    static final String STREAMS = "streams";
    static final String LOST_AND_FOUND = "lost+found";

    private static final System.Logger LOG = System.getLogger(LogDirectory.class.getName());

    /// Any of these makes a directory a log.
    private static final Set<String> MARKS = Set.of("comet.properties", STATE, Incarnations.LOCK_FILE);

    /// What else a log holds. Others call their directories so too.
    private static final Set<String> PARTS = Set.of(STREAMS, "processes");

    static void refuseWindows(String operatingSystem) {
        if (operatingSystem.toLowerCase(Locale.ROOT).startsWith("windows")) {
            throw new CometException.UnsupportedFilesystem("native Windows is not supported: a mapped file can neither"
                    + " be renamed nor deleted there; use WSL 2 with a Linux filesystem");
        }
    }

    /// The directory behind `path`, with links resolved; made if absent and `create`.
    static LogDirectory resolve(Storage storage, Path path, boolean create) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (create) {
            createWithParents(storage, absolute);
        }
        Path real;
        try {
            real = absolute.toRealPath();
        } catch (NoSuchFileException e) {
            throw new CometException.NotALog(absolute, "it does not exist");
        }
        if (storage.kind(real) != Storage.FileKind.DIRECTORY) {
            throw new CometException.NotALog(absolute, "it is no directory");
        }
        return new LogDirectory(real);
    }

    private static void createWithParents(Storage storage, Path path) throws IOException {
        if (storage.kind(path) != Storage.FileKind.ABSENT) {
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            createWithParents(storage, parent);
        }
        ShardFiles.ensureDirectory(storage, path);
    }

    /// @throws CometException.UnsupportedFilesystem on one that cannot serve a log, unless `allowAny`
    void checkFilesystem(Storage storage, boolean allowAny) throws IOException {
        String type = storage.filesystemType(path);
        Filesystems.Fitness fitness = Filesystems.fitness(type);
        String problem = switch (fitness) {
            case FIT -> "";
            case COPY_ON_WRITE -> "overwriting allocates there, so keep minFreeBytes generous";
            case VOLATILE -> "it is memory, so sync() means nothing";
            case UNKNOWN -> "it is unknown whether shared mappings and locks hold";
            case REFUSED -> "shared mappings or locks do not hold there";
        };
        if (fitness == Filesystems.Fitness.REFUSED && !allowAny) {
            throw new CometException.UnsupportedFilesystem(
                    path + " is on a filesystem of type " + type + ": " + problem + " (see allowAnyFilesystem)");
        }
        if (!problem.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "{0} is on a filesystem of type {1}: {2}", path, type, problem);
        }
    }

    /// Whether nothing is here yet. Unknown files beside a log are told of and left alone.
    ///
    /// @throws CometException.NotALog if something is here, but no log
    boolean isEmpty(Storage storage) throws IOException {
        List<String> names = new ArrayList<>(storage.list(path));
        names.remove(LOST_AND_FOUND);
        boolean isLog = names.removeAll(MARKS) || (names.contains(STREAMS) && holdsStreams(storage));
        if (isLog) {
            names.removeAll(PARTS);
        }
        names.removeIf(WholeFiles::isTemporary);
        if (!names.isEmpty() && !isLog) {
            throw new CometException.NotALog(path, "it holds other files, such as " + names.getFirst());
        }
        if (!names.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "{0} holds what is no part of a log; ignored: {1}", path, names);
        }
        return !isLog;
    }

    /// Whether `streams` is what a log is made from anew when all else of it is lost.
    private boolean holdsStreams(Storage storage) throws IOException {
        if (storage.kind(streams()) != Storage.FileKind.DIRECTORY) {
            return false;
        }
        return storage.list(streams()).isEmpty()
                || !new StreamDirectories(storage, streams())
                        .names(name -> false)
                        .isEmpty();
    }

    Path state() {
        return path.resolve(STATE);
    }

    Path streams() {
        return path.resolve(STREAMS);
    }
}
