package dev.cometlog.cli;

import dev.cometlog.CometConfig;
import dev.cometlog.CometException;
import dev.cometlog.internal.log.Log;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.log.Segment;
import dev.cometlog.internal.log.ShardInspection;
import dev.cometlog.internal.log.ShardPaths;
import dev.cometlog.internal.log.ShardView;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.process.ProcessDescription;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// Does what a [RepairPlan] says. Each step leaves a log that opens, and a second run does what is left, so it may
/// be interrupted anywhere.
final class RepairRun {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path directory;
    private final Storage storage;

    RepairRun(Path directory, Storage storage) {
        this.directory = directory;
        this.storage = storage;
    }

    static RepairRun on(Path directory) {
        return new RepairRun(directory, new DiskStorage(FilesMode.DEFAULT));
    }

    /// @throws CommandFailure if a process has the log open, before anything is changed
    void execute(RepairPlan plan) throws IOException {
        putAside(plan.findings());
        recover(plan.streams());
    }

    /// Under the lock that every process takes to open the log, so that none can begin meanwhile.
    private void putAside(List<ShardInspection.Finding> findings) throws IOException {
        try (Incarnations incarnations = Incarnations.prepare(storage, directory, FilesMode.DEFAULT.file());
                var _ = incarnations.control(PATIENCE)) {
            if (incarnations.anyoneElseAlive()) {
                throw new CommandFailure("refused: the log is open in " + names(incarnations.processes())
                        + "; end every process that uses it, then repair it. Nothing was changed.");
            }
            for (ShardInspection.Finding finding : findings) {
                switch (finding.cure()) {
                    case QUARANTINE -> quarantine(finding.path());
                    case DELETE -> deleteIfThere(finding.path());
                    case RECOVER -> {}
                }
            }
        }
    }

    private static String names(List<ProcessDescription> processes) {
        return processes.isEmpty()
                ? "another process"
                : processes.stream()
                        .map(process -> "process " + process.pid() + " (" + process.name() + ")")
                        .collect(Collectors.joining(", "));
    }

    private void quarantine(Path segment) throws IOException {
        Path shard = segment.resolveSibling("");
        Path quarantine = segment.resolveSibling("quarantine");
        if (storage.kind(quarantine) == Storage.FileKind.ABSENT) {
            storage.createDirectory(quarantine);
        }
        if (!Files.exists(segment, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        // The index goes first: without its segment nothing would ever look at it again.
        deleteIfThere(IndexFile.of(segment));
        String name = segment.getFileName().toString();
        Path free = quarantine.resolve(name);
        for (int i = 1; storage.kind(free) != Storage.FileKind.ABSENT; i++) {
            free = quarantine.resolve(name + "." + i);
        }
        storage.rename(segment, free);
        storage.forceDirectory(quarantine);
        storage.forceDirectory(shard);
    }

    private void deleteIfThere(Path path) throws IOException {
        if (storage.kind(path) != Storage.FileKind.ABSENT) {
            storage.delete(path);
        }
    }

    /// Opening rebuilds and cuts what has to be; looking at every segment makes its index again.
    private void recover(List<String> streams) throws IOException {
        Log log = Logs.openUnattended(directory, CometConfig.builder().build());
        try {
            for (String name : streams) {
                LogStream stream = log.find(name)
                        .orElseThrow(() -> new CometException.UnknownStream("stream \"" + name + "\" is gone"));
                for (int shard = 0; shard < stream.shardCount(); shard++) {
                    ShardView view = stream.view(shard).orElse(null);
                    if (view != null) {
                        makeIndexes(view);
                    }
                }
            }
        } finally {
            Logs.close(log);
        }
    }

    private static void makeIndexes(ShardView view) throws IOException {
        for (Path file : LogVerifier.list(view.paths().directory())) {
            var base = ShardPaths.segmentBase(file.getFileName().toString());
            if (base.isPresent()) {
                view.segments().acquire(base.getAsLong()).ifPresent(Segment::release);
            }
        }
    }
}
