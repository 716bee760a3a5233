package dev.cometlog.internal.log;

import dev.cometlog.internal.format.BodyPrefix;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.spi.Codec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Decodes one frame at a time: bounds first, then the checksum of a private copy, then what it says.
///
/// What it found stays in force until the next frame is read. Not thread-safe.
final class FrameReader {
    private final FrameBuffer buffer = new FrameBuffer();
    private final FrameEntries entries = new FrameEntries();
    private final BodyPrefix prefix = new BodyPrefix();
    private final ExpandedBody expanded = new ExpandedBody();

    /// Null if nobody looks into compressed bodies.
    private final @Nullable Codecs codecs;

    private @Nullable Segment viewed;
    private MemorySegment view = MemorySegment.NULL;

    private int word;
    private int timeDelta;
    private int index;
    private long sealedEnd;

    /// @param codecs expand compressed bodies; if there are none, entries in them come out empty
    FrameReader(@Nullable Codecs codecs) {
        this.codecs = codecs;
    }

    /// What stands at a position.
    enum Found {
        /// Zeros: nothing was written here yet.
        NOTHING,
        /// A frame of entries.
        ENTRIES,
        /// The segment's last frame.
        SEAL,
        /// Something that is no frame of this segment at this place.
        DAMAGE
    }

    /// Verifies the frame at `position`.
    ///
    /// @param offset the offset of its first entry
    /// @param end the end offset acquired, above `offset`; bytes copied under an older one are copied anew
    Found verify(Segment segment, int position, long offset, long end) {
        return verify(segment, position, offset, end, FrameDescriptor.MAX_BODY_LENGTH);
    }

    /// Like [#verify(Segment, int, long, long)], and takes every body longer than `longest` for damage.
    Found verify(Segment segment, int position, long offset, long end, int longest) {
        word = 0;
        int at = buffer.hold(segment, position, FrameDescriptor.HEADER_LENGTH, offset, end);
        if (at < 0) {
            return Found.DAMAGE;
        }
        word = LittleEndian.getInt(buffer.bytes(), at + FrameDescriptor.LENGTH_FIELD);
        Found found = classify(word, segment.capacity() - position, longest);
        if (found == Found.NOTHING || found == Found.DAMAGE) {
            return found;
        }
        at = buffer.hold(segment, position, FrameDescriptor.frameLength(word), offset, end);
        if (at < 0) {
            return Found.DAMAGE;
        }
        byte[] bytes = buffer.bytes();
        int crc = Crc.of(bytes, at + FrameDescriptor.HEADER_LENGTH, FrameDescriptor.bodyLength(word));
        timeDelta = LittleEndian.getInt(bytes, at + FrameDescriptor.TIME_DELTA_FIELD);
        if (LittleEndian.getInt(bytes, at + FrameDescriptor.CRC_FIELD)
                != FrameDescriptor.crcField(crc, segment.nonce(), position, word, timeDelta)) {
            return Found.DAMAGE;
        }
        index = at;
        if (found == Found.SEAL) {
            sealedEnd = LittleEndian.getLong(bytes, at + FrameDescriptor.HEADER_LENGTH);
        }
        return found;
    }

    private static Found classify(int word, int rest, int longest) {
        if (word == 0) {
            return Found.NOTHING;
        }
        int length = FrameDescriptor.bodyLength(word);
        if (length == 0 || length > longest || length > rest - FrameDescriptor.HEADER_LENGTH) {
            return Found.DAMAGE;
        }
        if (FrameDescriptor.isSeal(word)) {
            return word == FrameDescriptor.SEAL_WORD ? Found.SEAL : Found.DAMAGE;
        }
        return Found.ENTRIES;
    }

    /// Opens the entries of the frame that was verified last; null if its body is malformed.
    ///
    /// @throws dev.cometlog.CometException.MissingCodec if it is compressed with a codec that is not there
    @Nullable
    FrameEntries open() {
        int from = index + FrameDescriptor.HEADER_LENGTH;
        int length = FrameDescriptor.bodyLength(word);
        if (FrameDescriptor.codec(word) != 0) {
            return openCompressed(buffer.bytes(), from, length);
        }
        return entries.open(buffer.memory(), from, length, FrameDescriptor.isMany(word)) ? entries : null;
    }

    /// Opens the frame at `position` in the mapping itself, with no check but the bounds; null if it is no
    /// frame of entries that can be read there, as a compressed one cannot.
    @Nullable
    FrameEntries openMapped(Segment segment, int position) {
        word = 0;
        MemorySegment file = viewOf(segment);
        int rest = segment.capacity() - position;
        if (rest < FrameDescriptor.HEADER_LENGTH) {
            return null;
        }
        word = LittleEndian.getInt(file, position + FrameDescriptor.LENGTH_FIELD);
        if (classify(word, rest, FrameDescriptor.MAX_BODY_LENGTH) != Found.ENTRIES) {
            return null;
        }
        if (FrameDescriptor.codec(word) != 0) {
            return null;
        }
        timeDelta = LittleEndian.getInt(file, position + FrameDescriptor.TIME_DELTA_FIELD);
        long from = (long) position + FrameDescriptor.HEADER_LENGTH;
        int length = FrameDescriptor.bodyLength(word);
        return entries.open(file, from, length, FrameDescriptor.isMany(word)) ? entries : null;
    }

    /// The mapping as visitors get it: nobody may write to the log through it.
    private MemorySegment viewOf(Segment segment) {
        if (viewed != segment) {
            view = segment.memory().asReadOnly();
            viewed = segment;
        }
        return view;
    }

    private @Nullable FrameEntries openCompressed(byte[] bytes, int from, int length) {
        if (!prefix.read(word, bytes, from, length)) {
            return null;
        }
        if (codecs == null) {
            entries.openBlank(prefix.count());
            return entries;
        }
        Codec codec = codecs.get(FrameDescriptor.codec(word));
        int at = prefix.contentFrom();
        int size = prefix.rawLength();
        try {
            if (!expanded.expand(codec, bytes, at, from + length - at, size)) {
                return null;
            }
        } catch (LinkageError e) {
            throw Codecs.cannotWork(codec, e);
        }
        boolean opened = FrameDescriptor.isMany(word)
                ? entries.openCounted(expanded.memory(), size, prefix.count())
                : entries.open(expanded.memory(), 0, size, false);
        return opened ? entries : null;
    }

    /// How many entries the frame that was verified last holds; -1 if its body is malformed. Needs no codec.
    int count() {
        int from = index + FrameDescriptor.HEADER_LENGTH;
        boolean sound = prefix.read(word, buffer.bytes(), from, FrameDescriptor.bodyLength(word));
        return sound ? prefix.count() : -1;
    }

    /// How many entries the frame at `position`, which need not verify, says that it holds; -1 if that makes no
    /// sense.
    int claimedCount(Segment segment, int position) {
        MemorySegment file = viewOf(segment);
        int rest = segment.capacity() - position;
        if (rest < FrameDescriptor.HEADER_LENGTH) {
            return -1;
        }
        int claimed = LittleEndian.getInt(file, position + FrameDescriptor.LENGTH_FIELD);
        if (classify(claimed, rest, FrameDescriptor.MAX_BODY_LENGTH) != Found.ENTRIES) {
            return -1;
        }
        byte[] front = new byte[Math.min(BodyPrefix.MAX_LENGTH, FrameDescriptor.bodyLength(claimed))];
        long from = (long) position + FrameDescriptor.HEADER_LENGTH;
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, from, front, 0, front.length);
        return prefix.read(claimed, front, 0, front.length) ? prefix.count() : -1;
    }

    /// What was copied counts no more.
    void forget() {
        buffer.forget();
        viewed = null;
    }

    /// Lets go of memory that a reader at the end of its shard does not need for now.
    void rest() {
        expanded.rest();
    }

    FrameBuffer buffer() {
        return buffer;
    }

    /// The length word of the last frame read, 0 if there was none.
    int word() {
        return word;
    }

    /// The last frame's time, in unsigned microseconds since the segment's base timestamp.
    long timeDelta() {
        return timeDelta & 0xffff_ffffL;
    }

    /// The end offset in the seal that was verified last.
    long sealedEnd() {
        return sealedEnd;
    }
}
