package dev.cometlog.cli;

import dev.cometlog.CometException;
import dev.cometlog.internal.format.BodyPrefix;
import dev.cometlog.internal.format.FrameDescriptor;
import dev.cometlog.internal.format.Varint;
import dev.cometlog.internal.log.Codecs;
import java.io.IOException;

/// What the body of a frame whose checksum holds says.
///
/// @param entries how many it holds, or [Frame#UNKNOWN]
/// @param rawBytes what it expands to, or its length if it is not compressed
/// @param problem why it is malformed, or empty. Of a body whose codec is not installed, what stands in front is
///     looked at and the rest is taken on trust.
record FrameBody(long entries, long rawBytes, String problem) {

    /// Reads the body at `at`, which lies whole in the file.
    static FrameBody read(DataFile file, long at, int word) throws IOException {
        int length = FrameDescriptor.bodyLength(word);
        int from = file.require(at, length);
        byte[] bytes = file.window();
        BodyPrefix prefix = new BodyPrefix();
        if (!prefix.read(word, bytes, from, length)) {
            return malformed(length, "the body makes no sense");
        }
        int codec = FrameDescriptor.codec(word);
        boolean many = FrameDescriptor.isMany(word);
        int content = prefix.contentFrom();
        if (codec == 0) {
            boolean sound = !many || isList(bytes, content, from + length, prefix.count());
            return sound
                    ? new FrameBody(prefix.count(), length, "")
                    : malformed(length, "the body is no list of entries");
        }
        int raw = prefix.rawLength();
        try {
            byte[] expanded = Codecs.installed().expand(codec, bytes, content, from + length - content, raw);
            if (expanded == null) {
                return new FrameBody(prefix.count(), raw, text("the body does not expand to " + raw + " bytes"));
            }
            boolean sound = !many || isList(expanded, 0, raw, prefix.count());
            return new FrameBody(
                    prefix.count(), raw, sound ? "" : text("the expanded body is no list of " + prefix.count()));
        } catch (CometException.MissingCodec e) {
            return new FrameBody(prefix.count(), raw, "");
        }
    }

    private static FrameBody malformed(int length, String why) {
        return new FrameBody(Frame.UNKNOWN, length, text(why));
    }

    private static String text(String why) {
        return "the checksum is right, but " + why;
    }

    private static boolean isList(byte[] bytes, int from, int end, int count) {
        int next = from;
        for (int i = 0; i < count; i++) {
            long read = Varint.get(bytes, next, end);
            if (read < 0 || Varint.value(read) > end - Varint.next(read)) {
                return false;
            }
            next = Varint.next(read) + Varint.value(read);
        }
        return next == end;
    }
}
