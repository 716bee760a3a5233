package dev.cometlog;

import dev.cometlog.internal.format.StreamName;

/// Names one entry for ever. Its text is `events:v1:shard:0007@123`.
///
/// @param stream the stream's name
/// @param shard the shard's number, from 0
/// @param offset the entry's number in its shard, from 0
public record EntryId(String stream, int shard, long offset) {
    public EntryId {
        if (shard < 0 || offset < 0) {
            throw new IllegalArgumentException(
                    "shard and offset must not be negative: shard=" + shard + ", offset=" + offset);
        }
    }

    /// Reads what [#toString()] wrote.
    ///
    /// @throws IllegalArgumentException naming the text, if it is no id
    public static EntryId parse(String text) {
        int at = text.lastIndexOf('@');
        int separator = text.lastIndexOf(StreamName.SHARD_SEPARATOR, at);
        if (at < 0 || separator < 0) {
            throw new IllegalArgumentException("not an entry id (expected stream:shard:0007@123): \"" + text + "\"");
        }
        try {
            int shard = Integer.parseInt(text.substring(separator + StreamName.SHARD_SEPARATOR.length(), at));
            return new EntryId(text.substring(0, separator), shard, Long.parseLong(text.substring(at + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not an entry id (expected stream:shard:0007@123): \"" + text + "\"", e);
        }
    }

    @Override
    public String toString() {
        return StreamName.ofShard(stream, shard) + "@" + offset;
    }
}
