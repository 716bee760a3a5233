package dev.cometlog.cli;

import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.log.ShardPaths;
import dev.cometlog.internal.log.ShardState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// Verifies one shard's directory: its state page, its segments, and that they follow each other without a hole.
final class ShardVerifier {
    private static final int ANY_SHARD_COUNT = -1;

    private final VerifyReport report;
    private final ShardPaths paths;
    private final long streamHash;
    private final int shard;
    private final int shardCount;

    ShardVerifier(VerifyReport report, Path directory, String stream, int shard, OptionalLong shardCount) {
        this.report = report;
        this.paths = new ShardPaths(directory);
        this.streamHash = Hashes.fnv1a64(stream);
        this.shard = shard;
        this.shardCount = (int) shardCount.orElse(ANY_SHARD_COUNT);
    }

    void verify() throws IOException {
        report.shard();
        // Read before the segments: what is appended meanwhile lies behind this end offset.
        Optional<ShardState> state = state();
        var segments = new TreeMap<Long, Path>();
        for (Path file : LogVerifier.list(paths.directory())) {
            ShardPaths.segmentBase(file.getFileName().toString()).ifPresent(base -> segments.put(base, file));
        }
        long end = state.map(ShardState::startOffset).orElse(Frame.UNKNOWN);
        for (var segment : segments.entrySet()) {
            end = verify(
                    segment.getKey(),
                    segment.getValue(),
                    state,
                    end,
                    segment.getKey().equals(segments.lastKey()));
        }
        if (state.isPresent() && end != Frame.UNKNOWN && end < state.get().endOffset()) {
            report.damage(
                    segments.isEmpty()
                            ? paths.directory()
                            : segments.lastEntry().getValue(),
                    "entries from offset " + end + " to " + (state.get().endOffset() - 1)
                            + " are missing below the end offset");
        }
    }

    private Optional<ShardState> state() throws IOException {
        Path path = paths.state();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            report.note(path, "is missing; the next open makes it anew from the segments");
            return Optional.empty();
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            report.damage(path, "is not a regular file");
            return Optional.empty();
        }
        if (Files.size(path) != ShardState.PAGE_BYTES) {
            report.damage(path, "has " + Files.size(path) + " bytes and should have " + ShardState.PAGE_BYTES);
            return Optional.empty();
        }
        ShardState state = StatePage.read(path);
        if (!isIntact(state)) {
            report.damage(path, 0, "the page's identity does not verify");
            return Optional.empty();
        }
        if (state.slot(0).isEmpty() && state.slot(1).isEmpty()) {
            report.damage(path, "neither checkpoint slot verifies");
        }
        if (state.poison() != 0) {
            report.damage(path, "an fsync failed: appends are refused until the data is written anew");
        }
        return Optional.of(state);
    }

    private boolean isIntact(ShardState state) {
        return shardCount == ANY_SHARD_COUNT || state.isIntact(streamHash, shard, shardCount);
    }

    /// Verifies a segment that should start at `previousEnd`, and returns its end.
    private long verify(long base, Path path, Optional<ShardState> state, long previousEnd, boolean last)
            throws IOException {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            report.damage(path, "is not a regular file");
            return Frame.UNKNOWN;
        }
        long publishedEnd = state.map(ShardState::endOffset).orElse(Long.MAX_VALUE);
        boolean active = state.isPresent() && state.get().activeBase() == base;
        boolean newer = state.isPresent() && base >= publishedEnd && !active;
        long limit = active ? state.get().writePosition() : Long.MAX_VALUE;
        var expected = new SegmentVerifier.Expected(
                streamHash,
                shard,
                base,
                newer ? Long.MAX_VALUE : publishedEnd,
                limit == 0 ? Long.MAX_VALUE : limit,
                newer);
        try (DataFile file = DataFile.open(path)) {
            var verifier = new SegmentVerifier(report, file, expected);
            Optional<SegmentHeader> header = verifier.verify();
            header.ifPresent(found -> checkOrder(path, found, previousEnd));
            if (header.isEmpty()) {
                return Frame.UNKNOWN;
            }
            // An active segment that another follows was rolled since the state was read: it may hold more by now than
            // the end offset says that it was verified up to.
            return active && !last && !verifier.isSealed() ? Frame.UNKNOWN : verifier.end();
        }
    }

    private void checkOrder(Path path, SegmentHeader header, long previousEnd) {
        boolean startsLate = previousEnd != Frame.UNKNOWN && header.previousEnd() > previousEnd;
        if (startsLate) {
            report.damage(
                    path,
                    "entries from offset " + previousEnd + " to " + (header.previousEnd() - 1)
                            + " are missing before it");
        } else if (header.baseOffset() > header.previousEnd()) {
            report.note(
                    path,
                    "offsets from " + header.previousEnd() + " to " + (header.baseOffset() - 1)
                            + " were given up after a power loss");
        }
    }
}
