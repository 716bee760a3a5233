package dev.cometlog.cli;

import dev.cometlog.Gap;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.ShardInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What `comet repair` finds in a directory: what has to be done, and which offsets are lost whatever is done.
///
/// @param findings what is wrong and can be put right
/// @param lost offsets that nobody will be given any more
/// @param streams the streams that were looked at, by name
record RepairPlan(List<ShardInspection.Finding> findings, List<Gap> lost, List<String> streams) {
    private static final Pattern SHARD_NAME = Pattern.compile("\\d{4,9}");
    private static final int MAX_PROPERTIES_BYTES = 1 << 20;
    private static final int STATE_BYTES = 4096;
    private static final byte[] STATE_MAGIC = {'C', 'C', 'M', 'T', '_', 'D', 'I', 'R'};

    /// Looks at a log; changes nothing.
    static RepairPlan of(Path directory, Progress progress) throws IOException {
        Path streams = directory.resolve("streams");
        Path properties = directory.resolve("comet.properties");
        if (!Files.exists(properties) && !Files.isDirectory(streams)) {
            throw new CommandFailure(directory + " is not a log: it has neither comet.properties nor streams");
        }
        ShardInspection.checkWritable(directory);
        RepairPlan plan = new RepairPlan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        plan.properties(properties, "what is not set explicitly is a default then");
        plan.directoryState(directory.resolve("comet.state"));
        if (Files.isDirectory(streams, LinkOption.NOFOLLOW_LINKS)) {
            for (Path stream : LogVerifier.list(streams)) {
                if (Files.isDirectory(stream, LinkOption.NOFOLLOW_LINKS)) {
                    plan.stream(directory, stream, progress);
                }
            }
        }
        return plan;
    }

    private void add(Path path, ShardInspection.Cure cure, String problem) {
        findings.add(new ShardInspection.Finding(path, cure, problem));
    }

    private Optional<Map<String, String>> properties(Path path, String otherwise) throws IOException {
        Optional<Map<String, String>> decoded = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                ? PropertiesText.decode(DataFile.readAll(path, MAX_PROPERTIES_BYTES))
                        .map(Map::copyOf)
                : Optional.empty();
        if (decoded.isEmpty()) {
            add(path, ShardInspection.Cure.RECOVER, "it is missing or damaged and made again; " + otherwise);
        }
        return decoded;
    }

    private void directoryState(Path path) throws IOException {
        boolean intact = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && Files.size(path) == STATE_BYTES;
        if (intact) {
            byte[] bytes = DataFile.readAll(path, STATE_BYTES);
            for (int i = 0; i < STATE_MAGIC.length; i++) {
                intact &= bytes[i] == STATE_MAGIC[i];
            }
        }
        if (!intact) {
            add(path, ShardInspection.Cure.RECOVER, "it is missing or damaged and made again");
        }
    }

    private void stream(Path logDirectory, Path directory, Progress progress) throws IOException {
        String name;
        try {
            name = StreamName.decode(directory.getFileName().toString());
        } catch (IllegalArgumentException e) {
            // No stream of ours: left alone, as everywhere.
            return;
        }
        int inSegments = ShardInspection.shardCountInSegments(directory);
        Path path = directory.resolve("stream.properties");
        if (inSegments == 0 && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Optional<Map<String, String>> properties =
                properties(path, "its segments say shards=" + inSegments + ", all other settings are defaults then");
        int shards = properties
                .map(settings -> settings.get("shards"))
                .filter(text -> text.matches("\\d{1,9}"))
                .map(Integer::parseInt)
                .orElse(inSegments);
        streams.add(name);
        for (Path child : LogVerifier.list(directory)) {
            String childName = child.getFileName().toString();
            if (SHARD_NAME.matcher(childName).matches()
                    && Integer.parseInt(childName) < shards
                    && Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                progress.show("looking at " + StreamName.ofShard(name, Integer.parseInt(childName)));
                shard(logDirectory, name, Integer.parseInt(childName), shards, child);
            }
        }
    }

    private void shard(Path logDirectory, String stream, int shard, int shards, Path directory) throws IOException {
        try (ShardInspection inspection = ShardInspection.of(logDirectory, stream, shard, shards, directory)) {
            findings.addAll(inspection.findings());
            lost.addAll(inspection.lost());
        }
    }
}
