package dev.cometlog.cli;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.PropertiesText;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.log.DirectoryState;
import dev.cometlog.internal.log.ShardCounters;
import dev.cometlog.internal.log.ShardState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Shows what one file of a log consists of, damaged or not, without opening the log.
@Command(
        name = "dump",
        description = {
            "Show the headers, frames and checksums of one file of a log.",
            "Knows segments, indexes, state pages, groups and properties; the log is not opened."
        },
        mixinStandardHelpOptions = true,
        footerHeading =
                "%nExit codes: 0 everything verifies, 1 something does not, 2 it could not be read.%n%nExamples:%n",
        footer = {"  comet dump /var/lib/comet/streams/system%%3Av1/0000/00000000000000000000.log"})
final class DumpCommand implements Callable<Integer> {
    private static final int MAX_PROPERTIES_BYTES = 1 << 20;

    @Parameters(paramLabel = "FILE", description = "A segment, index, state, group or properties file.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        String name = file.getFileName().toString();
        boolean sound;
        try (var output = Output.standard()) {
            if (GroupDump.isGroup(file)) {
                sound = GroupDump.print(file, output);
            } else if (name.endsWith(".log") || name.endsWith(".prepared")) {
                sound = segment(output);
            } else if (name.endsWith(".index")) {
                sound = index(output);
            } else if (name.equals("state")) {
                sound = state(output);
            } else if (name.equals("comet.state")) {
                sound = logState(output);
            } else if (name.endsWith(".properties")) {
                sound = properties(output);
            } else {
                throw new CommandFailure(
                        file + ": expected a file named *.log, *.prepared, *.index, *.properties, state or comet.state,"
                                + " or one in groups");
            }
        }
        return sound ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private boolean segment(Output output) throws IOException {
        try (DataFile data = DataFile.open(file)) {
            Optional<SegmentHeader> decoded = SegmentHeader.decode(data.read(0, SegmentHeader.LENGTH));
            if (decoded.isEmpty()) {
                output.line(
                        "position 0: segment header: CRC BAD, or not of this version; %d bytes".formatted(data.size()));
                return false;
            }
            SegmentHeader header = decoded.get();
            output.line(
                    ("position 0: segment header: shard %d of %d, stream hash %016x, base offset %d, previous end %d, "
                                    + "base time %s, nonce %016x, capacity %d, CRC ok")
                            .formatted(
                                    header.shard(),
                                    header.shardCount(),
                                    header.streamHash(),
                                    header.baseOffset(),
                                    header.previousEnd(),
                                    time(header.baseTimestamp()),
                                    header.nonce(),
                                    header.capacity()));
            IndexFile index = file.getFileName().toString().endsWith(".log")
                    ? IndexFile.read(IndexFile.of(file), header.nonce())
                    : IndexFile.none();
            var walk = new SegmentWalk(data, header, index, data.size());
            boolean sound = header.capacity() == data.size();
            for (Frame frame = walk.next(); frame != null; frame = walk.next()) {
                output.line(describe(frame, header));
                sound &= frame.problem().isEmpty();
            }
            return sound;
        }
    }

    private static String describe(Frame frame, SegmentHeader header) {
        String at = "position " + frame.position() + ": ";
        String offset = frame.offset() == Frame.UNKNOWN ? "offset unknown" : "offset " + frame.offset();
        return switch (frame.state()) {
            case EMPTY ->
                at + "zeros to the end, " + (frame.next() - frame.position()) + " bytes; " + offset + " is next";
            case DAMAGED ->
                at + "CRC BAD: " + frame.problem() + "; " + offset + "; goes on at position " + frame.next();
            case INTACT -> {
                String content = frame.isSeal()
                        ? "end offset " + frame.endOffset()
                        : offset + ", " + (frame.entries() < 0 ? "unknown" : frame.entries()) + " entries";
                String when = time(header.baseTimestamp() + Integer.toUnsignedLong(frame.timeDelta()));
                String problem = frame.problem().isEmpty() ? "" : "; BAD: " + frame.problem();
                yield at + "frame: " + content + ", " + frame.flags() + ", " + when + ", CRC ok" + problem;
            }
        };
    }

    private boolean index(Output output) throws IOException {
        Path segment = IndexFile.segmentOf(file);
        Optional<SegmentHeader> header = SegmentHeader.decode(DataFile.readAll(segment, SegmentHeader.LENGTH));
        if (header.isEmpty()) {
            throw new CommandFailure(segment + ": its header does not verify, and the index's checks depend on it");
        }
        DataFile.open(file).close();
        IndexFile index = IndexFile.read(file, header.get().nonce());
        boolean sound = true;
        int empty = 0;
        for (int slot = 0; slot < index.slotCount(); slot++) {
            if (index.isEmpty(slot)) {
                empty++;
            } else {
                output.line(index.describe(slot, header.get().baseOffset()));
                sound &= index.isValid(slot);
            }
        }
        output.line("%d slots, %d of them empty".formatted(index.slotCount(), empty));
        return sound;
    }

    private boolean state(Output output) throws IOException {
        if (Files.size(file) != ShardState.PAGE_BYTES) {
            output.line("%d bytes, a state page has %d".formatted(Files.size(file), ShardState.PAGE_BYTES));
            return false;
        }
        ShardState state = StatePage.read(file);
        output.line("epoch %016x, lock word %016x, poison %016x"
                .formatted(state.epoch(), state.lockWord(), state.poison()));
        output.line("start offset %d, durable offset %d, end offset %d"
                .formatted(state.startOffset(), state.durableOffset(), state.endOffset()));
        output.line("active segment %d, generation %d, write position %d, write limit %d, last timestamp %s"
                .formatted(
                        state.activeBase(),
                        state.generation(),
                        state.writePosition(),
                        state.writeLimit(),
                        time(state.lastTimestamp())));
        output.line("sync claim %016x, prepare claim %016x".formatted(state.syncClaim(), state.prepareClaim()));
        for (int slot = 0; slot < 2; slot++) {
            output.line("checkpoint slot %d: %s"
                    .formatted(slot, state.slot(slot).map(DumpCommand::describe).orElse("not valid")));
        }
        for (ShardCounters.Counter counter : ShardCounters.Counter.values()) {
            output.line("counter %s: %d".formatted(counter, state.counters().get(counter)));
        }
        return state.slot(0).isPresent() || state.slot(1).isPresent();
    }

    private static String describe(Checkpoint slot) {
        return "sequence " + slot.sequence() + ", durable offset " + slot.durableOffset() + ", segment "
                + slot.segmentBase() + ", position " + slot.position() + ", reserved end " + slot.reservedEnd()
                + ", generation " + slot.generation() + ", CRC ok";
    }

    private boolean logState(Output output) throws IOException {
        byte[] page = DataFile.readAll(file, DirectoryState.PAGE_BYTES);
        if (Files.size(file) != DirectoryState.PAGE_BYTES) {
            output.line("%d bytes, the state of a log has %d".formatted(Files.size(file), DirectoryState.PAGE_BYTES));
            return false;
        }
        DirectoryState.Content content = DirectoryState.Content.of(page);
        output.line("magic or version " + (content.intact() ? "ok" : "BAD"));
        output.line("epoch %016x, allocated bytes %d".formatted(content.epoch(), content.allocatedBytes()));
        content.clock().forEach((word, value) -> output.line("clock " + word + ": " + value));
        return content.intact();
    }

    private boolean properties(Output output) throws IOException {
        byte[] bytes = DataFile.readAll(file, MAX_PROPERTIES_BYTES);
        boolean sound = PropertiesText.decode(bytes).isPresent();
        output.line(new String(bytes, StandardCharsets.UTF_8).stripTrailing());
        output.line("CRC " + (sound ? "ok" : "BAD"));
        return sound;
    }

    private static String time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }
}
