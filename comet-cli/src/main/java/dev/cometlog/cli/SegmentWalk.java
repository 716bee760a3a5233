package dev.cometlog.cli;

import dev.cometlog.cli.Frame.State;
import dev.cometlog.internal.format.Crc;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.format.SegmentHeader;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Walks through the frames of one segment file, finds its way again behind damage, and changes nothing.
final class SegmentWalk {
    /// Bounds the search behind damage that neither the frame's own length nor the index leads over.
    private static final long SEARCH_BYTES = 256L << 20;

    private static final byte[] ZEROS = new byte[1 << 16];

    private final DataFile file;
    private final SegmentHeader header;
    private final IndexFile index;
    private final long limit;
    private long position = SegmentHeader.LENGTH;
    private long offset;
    private boolean finished;

    /// @param limit where the last frame is known to end, or the file's size if that is not known
    SegmentWalk(DataFile file, SegmentHeader header, IndexFile index, long limit) {
        this.file = file;
        this.header = header;
        this.index = index;
        this.limit = Math.min(limit, file.size());
        this.offset = header.baseOffset();
    }

    /// The next frame, damaged stretch or empty rest; null behind the seal, the empty rest or the limit.
    @Nullable
    Frame next() throws IOException {
        if (finished || position >= limit) {
            return null;
        }
        int slot = index.at(position);
        if (offset == Frame.UNKNOWN && slot >= 0) {
            offset = header.baseOffset() + index.relativeOffset(slot);
        }
        String problem = problem(position);
        Frame found = problem.isEmpty() ? intact() : notIntact(problem);
        position = found.next();
        finished = found.isSeal() || found.state() == State.EMPTY;
        return found;
    }

    private Frame intact() throws IOException {
        int word = intAt(position + FrameDescriptor.LENGTH_FIELD);
        int timeDelta = intAt(position + FrameDescriptor.TIME_DELTA_FIELD);
        long raw = FrameDescriptor.bodyLength(word);
        long first = offset;
        long entries = FrameDescriptor.isSeal(word) ? 0 : 1;
        long sealedEnd = Frame.UNKNOWN;
        String problem = "";
        if (FrameDescriptor.isSeal(word)) {
            sealedEnd = longAt(position + FrameDescriptor.HEADER_LENGTH);
            if (first != Frame.UNKNOWN && first != sealedEnd) {
                problem = "the seal says that the end offset is " + sealedEnd + ", the frames say " + first;
            }
        } else {
            FrameBody content = FrameBody.read(file, position + FrameDescriptor.HEADER_LENGTH, word);
            entries = content.entries();
            raw = content.rawBytes();
            problem = content.problem();
        }
        offset = first == Frame.UNKNOWN || entries == Frame.UNKNOWN ? Frame.UNKNOWN : first + entries;
        return new Frame(
                position,
                position + FrameDescriptor.frameLength(word),
                State.INTACT,
                word,
                timeDelta,
                first,
                entries,
                raw,
                sealedEnd,
                problem);
    }

    private Frame notIntact(String problem) throws IOException {
        int word = position + FrameDescriptor.HEADER_LENGTH <= file.size()
                ? intAt(position + FrameDescriptor.LENGTH_FIELD)
                : 0;
        long written = word == 0 ? firstWritten(position) : position;
        if (written == file.size()) {
            return new Frame(position, written, State.EMPTY, 0, 0, offset, 0, 0, Frame.UNKNOWN, "");
        }
        long next = behindDamage(word, written);
        long first = offset;
        offset = Frame.UNKNOWN;
        return new Frame(position, next, State.DAMAGED, word, 0, first, Frame.UNKNOWN, 0, Frame.UNKNOWN, problem);
    }

    /// Where the next good frame stands: by the damaged frame's own length, by the index, by search; else the limit.
    private long behindDamage(int word, long written) throws IOException {
        long own = position + FrameDescriptor.frameLength(word);
        if (word != 0 && own <= limit && (own == limit || problem(own).isEmpty())) {
            return own;
        }
        for (int slot = index.higher(position); slot >= 0; slot = index.higher(index.position(slot))) {
            if (index.position(slot) >= limit) {
                break;
            }
            if (problem(index.position(slot)).isEmpty()) {
                return search(written, index.position(slot));
            }
        }
        return search(written, limit);
    }

    /// The first of two good frames in a row, or a seal, between `written` and `end`; else `end`. Larger frames than
    /// a batch is cut into are left to the index: random bytes would claim too many of them.
    private long search(long written, long end) throws IOException {
        long work = 0;
        long from = Math.max(position + 1, written - Integer.BYTES + 1);
        for (long at = from; at < end && work < SEARCH_BYTES; at++) {
            int word = at + FrameDescriptor.HEADER_LENGTH <= file.size() ? intAt(at) : 0;
            boolean likely = word != 0 && FrameDescriptor.bodyLength(word) <= FrameDescriptor.TARGET_BODY_LENGTH;
            if (!likely || at + FrameDescriptor.frameLength(word) > end) {
                continue;
            }
            work += FrameDescriptor.bodyLength(word);
            if (!problem(at).isEmpty()) {
                continue;
            }
            long behind = at + FrameDescriptor.frameLength(word);
            if (FrameDescriptor.isSeal(word) || behind == end || problem(behind).isEmpty()) {
                return at;
            }
        }
        return end;
    }

    /// Where the first byte other than 0 stands, from `at` on; the file's size if there is none.
    private long firstWritten(long at) throws IOException {
        long next = at;
        while (next < file.size()) {
            int length = (int) Math.min(ZEROS.length, file.size() - next);
            int from = file.require(next, length);
            int difference = Arrays.mismatch(file.window(), from, from + length, ZEROS, 0, length);
            if (difference >= 0) {
                return next + difference;
            }
            next += length;
        }
        return next;
    }

    /// Why there is no intact frame at `at`; empty if there is one.
    private String problem(long at) throws IOException {
        if (at + FrameDescriptor.HEADER_LENGTH > file.size()) {
            return "the file ends inside a frame header";
        }
        int word = intAt(at + FrameDescriptor.LENGTH_FIELD);
        if (word == 0) {
            return "nothing is written here";
        }
        int body = FrameDescriptor.bodyLength(word);
        if (at + FrameDescriptor.frameLength(word) > file.size()) {
            return "a frame of " + body + " bytes passes the file's end";
        }
        boolean otherSeal = FrameDescriptor.isSeal(word) && word != FrameDescriptor.SEAL_WORD;
        if (otherSeal || body == 0) {
            return "the length word makes no sense";
        }
        int stored = intAt(at + FrameDescriptor.CRC_FIELD);
        int timeDelta = intAt(at + FrameDescriptor.TIME_DELTA_FIELD);
        int from = file.require(at + FrameDescriptor.HEADER_LENGTH, body);
        int expected = FrameDescriptor.crcField(Crc.of(file.window(), from, body), header.nonce(), at, word, timeDelta);
        return stored == expected ? "" : "the frame's checksum is wrong (" + body + " bytes)";
    }

    private int intAt(long at) throws IOException {
        int from = file.require(at, Integer.BYTES);
        return LittleEndian.getInt(file.window(), from);
    }

    private long longAt(long at) throws IOException {
        int from = file.require(at, Long.BYTES);
        return LittleEndian.getLong(file.window(), from);
    }
}
