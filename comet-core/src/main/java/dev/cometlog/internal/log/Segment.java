package dev.cometlog.internal.log;

import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One segment file in memory, with its index.
///
/// Counted: who uses it holds a reference, and the mapping ends when [Segments] has let go of it and the last
/// user is done. So a reader in the middle of a deleted segment finishes what it has.
public final class Segment {
    private static final int RETIRED = 1 << 30;
    private static final long REWRITE_BYTES = 1 << 20;

    private final Path path;
    private final SegmentHeader header;
    private final MappedFile file;
    private final SegmentIndex index;
    private final int writableEnd;

    /// Kept open in processes that append, so that a failed write-back is told to them; null for readers.
    private final @Nullable StorageFile channel;

    /// How often files of the shard had been replaced by copies when this one was opened.
    private final long rewrites;

    /// Users, plus [#RETIRED] once the catalogue let go.
    private final AtomicInteger references = new AtomicInteger();

    /// Whether anybody took a reference since the catalogue looked last. A hint, so a race does no harm.
    private boolean used;

    /// One of a shard none of whose files was ever replaced.
    Segment(Path path, SegmentHeader header, MappedFile file, SegmentIndex index, @Nullable StorageFile channel) {
        this(path, header, file, index, channel, 0);
    }

    Segment(
            Path path,
            SegmentHeader header,
            MappedFile file,
            SegmentIndex index,
            @Nullable StorageFile channel,
            long rewrites) {
        this.path = path;
        this.header = header;
        this.file = file;
        this.index = index;
        this.channel = channel;
        this.rewrites = rewrites;
        this.writableEnd = (int) file.memory().byteSize() - FrameDescriptor.SEAL_LENGTH;
    }

    public Path path() {
        return path;
    }

    public SegmentHeader header() {
        return header;
    }

    public long baseOffset() {
        return header.baseOffset();
    }

    public long nonce() {
        return header.nonce();
    }

    /// The mapped file, header included. Bytes behind the end offset's position may change at any time.
    public MemorySegment memory() {
        return file.memory();
    }

    /// Bytes that are mapped: the file's full size, or less if the file was cut short.
    public int capacity() {
        return (int) file.memory().byteSize();
    }

    /// Where the last frame must end, so that a seal fits behind it.
    int writableEnd() {
        return writableEnd;
    }

    public SegmentIndex index() {
        return index;
    }

    /// The file to write to and force.
    ///
    /// @throws IOException if this process only reads it
    StorageFile writable() throws IOException {
        if (channel == null) {
            throw new IOException(path + " is not open for writing");
        }
        return channel;
    }

    /// Writes bytes over themselves, which makes their pages dirty again: after a failed force the kernel calls pages
    /// clean that never reached the disk. Published bytes never change, so nobody sees a difference.
    void rewrite(long from, long to) throws IOException {
        byte[] buffer = new byte[(int) Math.clamp(to - from, 0, REWRITE_BYTES)];
        for (long at = from; at < to; at += buffer.length) {
            int length = (int) Math.min(buffer.length, to - at);
            MemorySegment.copy(file.memory(), ValueLayout.JAVA_BYTE, at, buffer, 0, length);
            writable().write(at, buffer, 0, length);
        }
    }

    long rewrites() {
        return rewrites;
    }

    boolean isWritable() {
        return channel != null;
    }

    /// Writes the frame header at `position`, for a body that is there already.
    void writeFrameHeader(int position, int word, int bodyCrc, int timeDelta) {
        MemorySegment memory = file.memory();
        LittleEndian.putInt(memory, position + FrameDescriptor.TIME_DELTA_FIELD, timeDelta);
        LittleEndian.putInt(
                memory,
                position + FrameDescriptor.CRC_FIELD,
                FrameDescriptor.crcField(bodyCrc, nonce(), position, word, timeDelta));
        LittleEndian.putInt(memory, position + FrameDescriptor.LENGTH_FIELD, word);
    }

    /// Whether no frame was ever written to it. Called with a reference.
    boolean isEmpty() {
        return capacity() < SegmentHeader.LENGTH + FrameDescriptor.HEADER_LENGTH
                || LittleEndian.getInt(file.memory(), SegmentHeader.LENGTH + FrameDescriptor.LENGTH_FIELD) == 0;
    }

    /// Takes a reference; false if the segment is gone already.
    boolean acquire() {
        while (true) {
            int count = references.get();
            if (count >= RETIRED) {
                return false;
            }
            if (references.compareAndSet(count, count + 1)) {
                used = true;
                return true;
            }
        }
    }

    /// Whether anybody took a reference since this was last asked.
    boolean wasUsed() {
        boolean was = used;
        used = false;
        return was;
    }

    public void release() {
        if (references.decrementAndGet() == RETIRED) {
            unmap();
        }
    }

    /// Lets go for the catalogue; called once.
    void retire() {
        if (references.addAndGet(RETIRED) == RETIRED) {
            unmap();
        }
    }

    private void unmap() {
        file.close();
        index.close();
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing was written through it that a later force would not cover.
                System.getLogger(Segment.class.getName()).log(System.Logger.Level.WARNING, path + " did not close", e);
            }
        }
    }
}
