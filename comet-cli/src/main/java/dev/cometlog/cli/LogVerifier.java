package dev.cometlog.cli;

import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.ShardInspection;
import dev.cometlog.internal.log.ShardPaths;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Verifies a whole directory without opening the log: it takes no lock and writes nothing, so it works beside
/// writers, on a copy, and on a log that does not open.
final class LogVerifier {
    private static final Pattern SHARD_NAME = Pattern.compile("\\d{4,9}");
    private static final int MAX_PROPERTIES_BYTES = 1 << 20;

    private final Path directory;
    private final Progress progress;
    private final VerifyReport report = new VerifyReport();

    LogVerifier(Path directory, Progress progress) {
        this.directory = directory;
        this.progress = progress;
    }

    VerifyReport verify() throws IOException {
        Path logProperties = directory.resolve("comet.properties");
        Path streams = directory.resolve("streams");
        if (!Files.exists(logProperties) && !Files.isDirectory(streams)) {
            throw new CommandFailure(directory + " is not a log: it has neither comet.properties nor streams");
        }
        if (Files.isRegularFile(logProperties, LinkOption.NOFOLLOW_LINKS)) {
            ShardInspection.checkReadable(directory);
        }
        properties(logProperties);
        if (Files.isDirectory(streams, LinkOption.NOFOLLOW_LINKS)) {
            for (Path stream : list(streams)) {
                stream(stream);
            }
        }
        return report;
    }

    private void stream(Path streamDirectory) throws IOException {
        String name;
        try {
            name = StreamName.decode(streamDirectory.getFileName().toString());
        } catch (IllegalArgumentException e) {
            report.note(streamDirectory, "is no stream, ignored");
            return;
        }
        Map<String, String> properties = properties(streamDirectory.resolve("stream.properties"));
        OptionalLong shards = number(properties.get("shards"));
        for (Path child : list(streamDirectory)) {
            String childName = child.getFileName().toString();
            if (SHARD_NAME.matcher(childName).matches() && Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                shard(child, name, Integer.parseInt(childName), shards);
            } else if (childName.equals("groups")) {
                new GroupVerifier(report, name, shards).verify(child);
            } else if (!childName.equals("stream.properties")) {
                report.note(child, "is unknown, ignored");
            }
        }
    }

    private void shard(Path child, String stream, int shard, OptionalLong shards) throws IOException {
        progress.show("verifying %s, %d segments, %d MiB so far"
                .formatted(StreamName.ofShard(stream, shard), report.segments(), report.bytes() >> 20));
        if (shards.isPresent() && shard >= shards.getAsLong()) {
            report.note(child, "the stream has only " + shards.getAsLong() + " shards, ignored");
            return;
        }
        new ShardVerifier(report, child, stream, shard, shards).verify();
        for (Path file : list(child)) {
            if (!ShardPaths.isPart(file.getFileName().toString())) {
                report.note(file, "is unknown, ignored");
            }
        }
    }

    private Map<String, String> properties(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            report.note(path, "is missing; the next open makes it anew");
            return Map.of();
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            report.damage(path, "is not a regular file");
            return Map.of();
        }
        var decoded = PropertiesText.decode(DataFile.readAll(path, MAX_PROPERTIES_BYTES));
        if (decoded.isEmpty()) {
            report.damage(path, "its checksum is wrong");
            return Map.of();
        }
        return decoded.get();
    }

    private static OptionalLong number(@Nullable String text) {
        return text != null && text.matches("\\d{1,9}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    /// The children of a directory, by name.
    static List<Path> list(Path directory) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(children::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(children);
        return children;
    }
}
