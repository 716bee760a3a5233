package dev.cometlog.cli;

import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.log.Codecs;
import java.util.StringJoiner;

/// What a walk through a segment finds at one position.
///
/// @param position where it starts
/// @param next where the walk goes on
/// @param state what it is
/// @param word the length word, 0 where nothing was written
/// @param timeDelta unsigned microseconds since the header's base timestamp
/// @param offset of its first entry, or -1 if damage before it left that unknown
/// @param entries how many there are in it, or -1 if that is unknown
/// @param rawBytes what its body expands to, or its length if it is not compressed
/// @param endOffset what a seal says, or -1
/// @param problem why it is not intact, or empty
record Frame(
        long position,
        long next,
        State state,
        int word,
        int timeDelta,
        long offset,
        long entries,
        long rawBytes,
        long endOffset,
        String problem) {
    static final long UNKNOWN = -1;

    /// What stands there.
    enum State {
        /// A frame that verifies.
        INTACT,
        /// Bytes that do not.
        DAMAGED,
        /// Nothing was written from here on.
        EMPTY
    }

    boolean isSeal() {
        return state == State.INTACT && FrameDescriptor.isSeal(word);
    }

    boolean moreFollows() {
        return state == State.INTACT && FrameDescriptor.moreFollows(word);
    }

    /// The length word in words.
    String flags() {
        var text = new StringJoiner(" ");
        text.add(FrameDescriptor.bodyLength(word) + " bytes");
        if (FrameDescriptor.isSeal(word)) {
            text.add("seal");
        }
        if (FrameDescriptor.isMany(word)) {
            text.add("many");
        }
        if (FrameDescriptor.moreFollows(word)) {
            text.add("more-follows");
        }
        if (FrameDescriptor.codec(word) != 0) {
            text.add("codec=" + Codecs.nameOf(FrameDescriptor.codec(word)));
            text.add("of " + rawBytes + " bytes");
        }
        return text.toString();
    }
}
