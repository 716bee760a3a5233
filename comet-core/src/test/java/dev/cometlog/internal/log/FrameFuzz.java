package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.fuzz.FuzzTarget;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.MappedFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;

/// Frames as both decoders see them: the one that reads and the one that recovers.
///
/// The first byte says whether the checksums are made right; the rest stands behind a header.
public final class FrameFuzz implements FuzzTarget {
    static final int MENDED = 1;
    private static final long END = 1L << 40;
    private static final SegmentHeader HEADER = new SegmentHeader(1, 0, 1, 0, 0, 0, 0x5eed, 1 << 30);

    private final FrameReader reader = new FrameReader(FuzzCodec.CODECS);

    @Override
    public void decode(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] file = new byte[SegmentHeader.LENGTH + input.length - 1];
        System.arraycopy(input, 1, file, SegmentHeader.LENGTH, input.length - 1);
        if ((input[0] & MENDED) != 0) {
            Checksums.mendFrames(file, SegmentHeader.LENGTH, HEADER.nonce());
        }
        Segment segment = segment(file);
        try {
            readEverywhere(segment);
            walk(segment);
        } finally {
            segment.retire();
        }
    }

    private static Segment segment(byte[] file) {
        // A guard behind the file: what lies there must never be looked at.
        MemorySegment guarded = MemorySegment.ofArray(Arrays.copyOf(file, file.length + 64));
        MappedFile mapped = MemoryStorage.mapped(guarded.asSlice(0, file.length));
        return new Segment(Path.of("fuzz"), HEADER, mapped, new SegmentIndex(file.length, HEADER.nonce()), null, 0);
    }

    private void readEverywhere(Segment segment) {
        int at = SegmentHeader.LENGTH;
        while (at < segment.capacity()) {
            FrameReader.Found found = reader.verify(segment, at, 0, END);
            boolean isFrame = found == FrameReader.Found.ENTRIES || found == FrameReader.Found.SEAL;
            int length = FrameDescriptor.frameLength(reader.word());
            if (found == FrameReader.Found.ENTRIES) {
                if (at + length > segment.capacity()) {
                    throw new AssertionError("a frame of " + length + " bytes passes the end at " + at);
                }
                readEntries(reader::open);
            }
            int where = at;
            readEntries(() -> reader.openMapped(segment, where));
            int _ = reader.claimedCount(segment, at);
            at += isFrame ? length : 1;
        }
    }

    private static void readEntries(Supplier<FrameEntries> opened) {
        FrameEntries entries;
        try {
            entries = opened.get();
        } catch (CometException.MissingCodec _) {
            return;
        }
        if (entries == null) {
            return;
        }
        long bytes = 0;
        int delivered = 0;
        while (entries.next()) {
            byte[] payload = new byte[Math.min(entries.length(), 64)];
            MemorySegment.copy(entries.memory(), entries.position(), MemorySegment.ofArray(payload), 0, payload.length);
            bytes += entries.length();
            delivered++;
        }
        if (delivered + entries.left() != entries.count()
                || bytes > entries.memory().byteSize()) {
            throw new AssertionError(delivered + " entries of " + entries.count() + " with " + bytes + " bytes");
        }
    }

    /// Recovery and reading must agree on where each frame ends and how many offsets it takes.
    private void walk(Segment segment) {
        FrameWalker walker = new FrameWalker(segment, SegmentHeader.LENGTH, 0, segment.capacity());
        int position = walker.position();
        long offset = walker.offset();
        while (walker.next()) {
            if (walker.position() <= position || walker.position() > segment.capacity() || walker.offset() < offset) {
                throw new AssertionError(
                        "from " + position + "@" + offset + " to " + walker.position() + "@" + walker.offset());
            }
            compare(segment, position, walker.offset() - offset);
            position = walker.position();
            offset = walker.offset();
        }
    }

    private void compare(Segment segment, int position, long walked) {
        FrameReader.Found found = reader.verify(segment, position, 0, END);
        if (found != FrameReader.Found.ENTRIES) {
            return;
        }
        try {
            FrameEntries entries = reader.open();
            if (entries != null && entries.count() != walked) {
                throw new AssertionError("a frame at " + position + " has " + entries.count()
                        + " entries to who reads and " + walked + " to who recovers");
            }
        } catch (CometException.MissingCodec _) {
            // Not installed: then it is not read at all.
        }
    }
}
