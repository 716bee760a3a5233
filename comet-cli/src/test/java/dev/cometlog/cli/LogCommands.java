package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Runs commands on one log within the test's JVM.
record LogCommands(Path directory) {

    /// Runs a command line, of words without blanks.
    RunCommand run(String command) {
        List<String> arguments = new ArrayList<>(Stream.of(command.split(" ")).toList());
        arguments.addAll(List.of("-d", directory.toString()));
        return RunCommand.of(arguments.toArray(String[]::new));
    }

    /// What a command prints that has to end well.
    String print(String command) {
        RunCommand run = run(command);
        if (run.code() != ExitCode.OK) {
            throw new AssertionError(command + ": exit code " + run.code() + "\n" + run.output() + run.error());
        }
        return run.output();
    }

    /// Appends lines to one shard of a stream, which is made with so many shards if there is none.
    void append(String stream, int shards, int shard, String... lines) {
        try (Comet comet = Comet.open(directory)) {
            CometShard to = comet.stream(stream, shards).shard(shard);
            for (String line : lines) {
                long _ = to.append(line.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /// Every file and directory of the log; none if there is no log.
    List<Path> files() throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (var paths = Files.walk(directory)) {
            return paths.sorted().toList();
        }
    }

    /// Everything that a command could change of the log: of each file what is in it and when that was written, of each
    /// directory when a file was last made or deleted in it.
    Map<Path, String> snapshot() throws IOException {
        Map<Path, String> all = new TreeMap<>();
        for (Path path : files()) {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:mode,size,lastModifiedTime,ino");
            int content = Files.isRegularFile(path) ? Arrays.hashCode(Files.readAllBytes(path)) : 0;
            all.put(path, attributes + " " + content);
        }
        return all;
    }
}
