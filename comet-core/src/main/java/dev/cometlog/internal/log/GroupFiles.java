package dev.cometlog.internal.log;

import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.WholeFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Lists the group files of a log's streams. What else lies among them, such as what an editor leaves, is told of
/// once and is no group.
public final class GroupFiles {
    private static final System.Logger LOG = System.getLogger(GroupFiles.class.getName());
    private static final String DIRECTORY = "groups";

    private final Storage storage;
    private final Set<Path> warnedOf = ConcurrentHashMap.newKeySet();

    GroupFiles(Storage storage) {
        this.storage = storage;
    }

    /// Where the group files of the stream in that directory are.
    public static Path directory(Path stream) {
        return stream.resolve(DIRECTORY);
    }

    /// Whether a stream's directory has its groups in one of that name.
    static boolean isPart(String name) {
        return name.equals(DIRECTORY);
    }

    /// The file of one group of the stream in that directory.
    public static Path of(Path stream, String group) {
        return directory(stream).resolve(StreamName.encode(group));
    }

    /// The groups that have a file in the stream's directory, by name.
    public List<String> groups(Path stream) throws IOException {
        Path directory = directory(stream);
        if (storage.kind(directory) != Storage.FileKind.DIRECTORY) {
            return List.of();
        }
        List<String> groups = new ArrayList<>();
        List<String> strangers = new ArrayList<>();
        for (String file : storage.list(directory)) {
            if (WholeFiles.isTemporary(file)) {
                continue;
            }
            String group = StreamName.decoded(file).orElse("");
            switch (storage.kind(directory.resolve(file))) {
                case REGULAR -> (group.isEmpty() ? strangers : groups).add(group.isEmpty() ? file : group);
                case DIRECTORY, OTHER -> strangers.add(file);
                // Deleted since it was listed.
                case ABSENT -> {}
            }
        }
        if (!strangers.isEmpty() && warnedOf.add(directory)) {
            LOG.log(System.Logger.Level.WARNING, "{0} holds what is no group; ignored: {1}", directory, strangers);
        }
        groups.sort(null);
        return groups;
    }
}
