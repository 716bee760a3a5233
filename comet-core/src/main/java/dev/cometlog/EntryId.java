package dev.cometlog;

import java.util.Locale;

/// Names one entry for ever: its stream, its shard and its offset there.
///
/// As text `events:v1:shard:0007@123`.
public record EntryId(String stream, int shard, long offset) {

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s:shard:%04d@%d", stream, shard, offset);
    }
}
