package dev.cometlog.cli;

import dev.cometlog.Comet;
import dev.cometlog.CometStream;
import dev.cometlog.EntryId;
import dev.cometlog.internal.format.Crc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// One appending process of the demo. It ends only when its parent goes away or kills it, so that the log is never
/// closed cleanly.
@Command(name = "demo-worker", hidden = true, description = "Append the demo's entries; started by comet demo.")
final class DemoWorkerCommand implements Callable<Integer> {

    @Mixin
    private LogDirectory log;

    @Option(names = "--worker", required = true)
    private int worker;

    @Option(names = "--seed", required = true)
    private long seed;

    @Option(names = "--first", required = true)
    private long first;

    @Option(names = "--entries", required = true)
    private int entries;

    @Option(names = "--acks", required = true)
    private Path acks;

    @Override
    public Integer call() throws IOException {
        AckFile told = AckFile.open(acks, entries);
        try (Comet comet = Comet.open(log.path())) {
            CometStream stream = comet.stream(DemoCommand.STREAM);
            var payloads = new DemoPayloads(worker, seed);
            for (int i = 0; i < entries; i++) {
                byte[] payload = payloads.next(first + i);
                int crc = Crc.of(payload, 0, payload.length);
                long start = System.nanoTime();
                EntryId id = stream.append(payloads.key(), payload);
                long nanos = System.nanoTime() - start;
                told.add(id.shard(), id.offset(), payload.length, crc, nanos);
            }
            told.done();
            while (System.in.read() >= 0) {
                // The parent holds this pipe open until it wants an end.
            }
        }
        return ExitCode.OK;
    }
}
