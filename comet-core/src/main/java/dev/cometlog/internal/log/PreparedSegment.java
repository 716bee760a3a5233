package dev.cometlog.internal.log;

import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// A segment file full of zeros and its index, made ahead of need and not yet part of the shard.
///
/// @param nonce the random number that its header will carry; its name holds it too
record PreparedSegment(Path path, Path indexPath, long nonce, StorageFile channel, MappedFile file, MappedFile index) {

    int capacity() {
        return (int) file.memory().byteSize();
    }

    /// Whether it can hold anything, and has an index of the size that it needs for that.
    boolean isWhole() {
        return capacity() >= SegmentHeader.LENGTH + FrameDescriptor.SEAL_LENGTH
                && index.memory().byteSize() == IndexDescriptor.indexBytes(capacity());
    }

    /// Writes the header and hands the mappings over to the segment that is returned.
    Segment begin(Path name, SegmentHeader header, long rewrites) {
        byte[] bytes = header.encode();
        MemorySegment.copy(bytes, 0, file.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
        return new Segment(name, header, file, new SegmentIndex(index, nonce), channel, rewrites);
    }

    void unmap() throws IOException {
        file.close();
        index.close();
        channel.close();
    }
}
