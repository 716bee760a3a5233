package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Appends what `comet export` wrote.
@Command(
        name = "import",
        description = {
            "Append the entries of an ndjson file that comet export wrote, or of standard input.",
            "Each goes to the shard it came from, in the order of the file. Offsets and timestamps are new: those of",
            "an entry belong to its log for ever."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  comet import events:v1 events.ndjson",
            "  zcat errors.ndjson.gz | comet import errors:v1 --shards 4"
        })
final class ImportCommand implements Callable<Integer> {
    private static final int BATCH_ENTRIES = 1000;
    private static final int BATCH_BYTES = 1 << 16;

    @Mixin
    private LogDirectory log;

    @Parameters(index = "0", paramLabel = "STREAM", description = "The stream to append to; made if there is none.")
    private String stream;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The file; standard input unless given.")
    private @Nullable Path file;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "The shards of a stream that is made (16 unless given); an existing one must have as many.")
    private @Nullable Integer shards;

    private final Map<Integer, Pending> pending = new TreeMap<>();
    private long imported;

    /// What is to be appended to one shard as the next batch.
    private static final class Pending {
        private final List<byte[]> payloads = new ArrayList<>();
        private long bytes;
    }

    @Override
    public Integer call() throws IOException {
        Path from = file;
        if (from != null) {
            Streams.checkReadable(from);
        }
        Streams.check(log.path(), stream, shards, null);
        try (Comet comet = log.openToWrite(config -> {});
                Progress progress = new Progress();
                InputStream input =
                        from == null ? new FileInputStream(FileDescriptor.in) : Files.newInputStream(from)) {
            CometStream to = Streams.forAppend(comet, stream, shards, null);
            try (ExportedEntries entries =
                    new ExportedEntries(input, from == null ? "standard input" : from.toString())) {
                for (ExportedEntries.Exported entry = entries.next(); entry != null; entry = entries.next()) {
                    add(to, entry);
                    progress.show("%,d entries imported".formatted(imported));
                }
            } finally {
                // What came before a line that cannot be read is kept, and counted.
                pending.forEach((shard, batch) -> flush(to, shard, batch));
                System.err.println("comet: " + imported + " entries imported");
            }
        }
        return ExitCode.OK;
    }

    private void add(CometStream to, ExportedEntries.Exported entry) {
        int shard = Math.floorMod(entry.shard(), to.shardCount());
        Pending batch = pending.computeIfAbsent(shard, number -> new Pending());
        if (batch.payloads.size() == BATCH_ENTRIES
                || (batch.bytes + entry.payload().length > BATCH_BYTES && !batch.payloads.isEmpty())) {
            flush(to, shard, batch);
        }
        batch.payloads.add(entry.payload());
        batch.bytes += entry.payload().length;
    }

    private void flush(CometStream to, int shard, Pending batch) {
        if (!batch.payloads.isEmpty()) {
            to.shard(shard).append(batch.payloads);
            imported += batch.payloads.size();
            batch.payloads.clear();
            batch.bytes = 0;
        }
    }
}
