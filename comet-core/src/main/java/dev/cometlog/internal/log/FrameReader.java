package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.spi.Codec;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Decodes one frame at a time: bounds first, then the checksum of a private copy, then what it says.
///
/// What it found stays in force until the next frame is read. Not thread-safe.
final class FrameReader {
    /// Bodies that expand to at most this much are never suspect.
    private static final int USUAL_EXPANSION = 4 << 20;

    /// Larger ones must not claim more than 2^15 times their size: no codec in use compresses better.
    private static final int LARGEST_RATIO_SHIFT = 15;

    private final FrameBuffer buffer = new FrameBuffer();
    private final FrameEntries entries = new FrameEntries();
    private final Codecs codecs;

    private byte[] expanded = new byte[0];
    private @Nullable Segment viewed;
    private MemorySegment view = MemorySegment.NULL;

    private int word;
    private int timeDelta;
    private int index;
    private long sealedEnd;

    FrameReader(Codecs codecs) {
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
        int codec = FrameDescriptor.codec(word);
        if (codec != 0) {
            return openExpanded(codecs.get(codec), buffer.bytes(), from, length);
        }
        return entries.open(buffer.memory(), from, length, FrameDescriptor.isMany(word)) ? entries : null;
    }

    /// Opens the frame at `position` in the mapping itself, with no check but the bounds; null if it is no
    /// frame of entries. A compressed one is verified, since it is copied anyway.
    @Nullable
    FrameEntries openMapped(Segment segment, int position, long offset, long end) {
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
            return verify(segment, position, offset, end) == Found.ENTRIES ? open() : null;
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

    private @Nullable FrameEntries openExpanded(Codec codec, byte[] bytes, int from, int length) {
        long claimed = codec.decompressedLength(bytes, from, length);
        boolean plausible = claimed <= USUAL_EXPANSION || claimed <= (long) length << LARGEST_RATIO_SHIFT;
        if (claimed < 0 || claimed > FrameDescriptor.MAX_BODY_LENGTH || !plausible) {
            return null;
        }
        if (expanded.length < claimed) {
            expanded = new byte[(int) claimed];
        }
        int size;
        try {
            size = codec.decompress(bytes, from, length, expanded, 0, (int) claimed);
        } catch (IllegalArgumentException e) {
            // The contract's way to say that the bytes are malformed.
            return null;
        }
        MemorySegment body = MemorySegment.ofArray(expanded).asReadOnly();
        return size == claimed && entries.open(body, 0, size, FrameDescriptor.isMany(word)) ? entries : null;
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
