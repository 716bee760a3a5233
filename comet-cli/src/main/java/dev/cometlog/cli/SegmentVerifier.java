package dev.cometlog.cli;

import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Verifies one segment and the index beside it.
final class SegmentVerifier {
    private final VerifyReport report;
    private final DataFile file;
    private final Expected expected;
    private long end = Frame.UNKNOWN;
    private boolean sealed;
    private boolean inBatch;

    /// What a segment must fit.
    ///
    /// @param base the base offset in its name
    /// @param publishedEnd the end offset at which its frames stop, or a very high one
    /// @param limit the position at which its frames stop, if known; else a very high one
    /// @param isGrowing whether it may have frames that no end offset covers yet, which are nobody's loss
    record Expected(long streamHash, int shard, long base, long publishedEnd, long limit, boolean isGrowing) {}

    SegmentVerifier(VerifyReport report, DataFile file, Expected expected) {
        this.report = report;
        this.file = file;
        this.expected = expected;
    }

    /// Verifies everything and returns the header, if that is intact.
    Optional<SegmentHeader> verify() throws IOException {
        Path path = file.path();
        report.segment(file.size());
        Optional<SegmentHeader> decoded = SegmentHeader.decode(file.read(0, SegmentHeader.LENGTH));
        if (decoded.isEmpty()) {
            report.damage(path, 0, "the segment header does not verify");
            return decoded;
        }
        SegmentHeader header = decoded.get();
        checkHeader(path, header);
        Path indexPath = IndexFile.of(path);
        IndexFile index = IndexFile.read(indexPath, header.nonce());
        long covered = walk(header, index);
        checkIndex(indexPath, index, covered);
        return decoded;
    }

    /// The end offset of the segment, or unknown.
    long end() {
        return end;
    }

    boolean isSealed() {
        return sealed;
    }

    private void checkHeader(Path path, SegmentHeader header) {
        if (header.streamHash() != expected.streamHash() || header.shard() != expected.shard()) {
            report.damage(path, 0, "it belongs to another stream or shard (shard " + header.shard() + ")");
        }
        if (header.baseOffset() != expected.base()) {
            report.damage(path, 0, "its header says that its base offset is " + header.baseOffset());
        }
        if (header.capacity() != file.size()) {
            report.damage(
                    path,
                    Math.min(file.size(), header.capacity()),
                    "it has " + file.size() + " bytes and should have " + header.capacity());
        }
    }

    /// Returns the position up to which frames were verified.
    private long walk(SegmentHeader header, IndexFile index) throws IOException {
        var walk = new SegmentWalk(file, header, index, expected.limit());
        long position = SegmentHeader.LENGTH;
        end = header.baseOffset();
        Frame frame = end >= expected.publishedEnd() ? null : walk.next();
        while (frame != null && isPublished(frame)) {
            check(frame);
            position = frame.next();
            end = frame.offset() == Frame.UNKNOWN || frame.entries() == Frame.UNKNOWN
                    ? Frame.UNKNOWN
                    : frame.offset() + frame.entries();
            if (frame.isSeal()) {
                sealed = true;
                end = frame.endOffset();
            }
            if (end != Frame.UNKNOWN && end >= expected.publishedEnd() && !isSealExpected(end)) {
                break;
            }
            frame = walk.next();
        }
        if (inBatch) {
            report.damage(file.path(), position, "the last batch is not complete");
        }
        return position;
    }

    /// The end offset ends the walk where it lies inside the segment; a seal right at it is looked at all the same.
    private boolean isSealExpected(long reached) {
        return reached == expected.publishedEnd() && !expected.isGrowing();
    }

    private boolean isPublished(Frame frame) {
        boolean behindTheEnd = frame.offset() != Frame.UNKNOWN && frame.offset() >= expected.publishedEnd();
        boolean unpublished = expected.isGrowing() && frame.state() != Frame.State.INTACT;
        return frame.state() != Frame.State.EMPTY && !unpublished && (!behindTheEnd || frame.isSeal());
    }

    private void check(Frame frame) {
        if (!frame.problem().isEmpty()) {
            String lost = frame.offset() == Frame.UNKNOWN ? "" : ", from offset " + frame.offset() + " on";
            String span =
                    frame.state() == Frame.State.DAMAGED ? ", " + (frame.next() - frame.position()) + " bytes" : "";
            report.damage(file.path(), frame.position(), frame.problem() + span + lost);
        }
        if (frame.state() != Frame.State.INTACT) {
            inBatch = false;
            return;
        }
        if (inBatch && frame.isSeal()) {
            report.damage(file.path(), frame.position(), "the batch before the seal is not complete");
        }
        inBatch = frame.moreFollows();
        report.entries(Math.max(0, frame.entries()));
    }

    private void checkIndex(Path path, IndexFile index, long covered) {
        for (int slot = 0; slot < index.slotCount(); slot++) {
            long block = (long) slot << IndexDescriptor.BLOCK_SHIFT;
            if (block < covered && !index.isEmpty(slot) && !index.isValid(slot)) {
                long at = (long) slot * IndexDescriptor.SLOT_LENGTH;
                report.damage(path, at, "index slot " + slot + " does not verify");
            }
        }
    }
}
