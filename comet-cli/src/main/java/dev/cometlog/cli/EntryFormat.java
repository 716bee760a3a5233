package dev.cometlog.cli;

/// How entries are printed.
enum EntryFormat {
    /// The payload's bytes and a line feed.
    raw,
    /// One object a line: stream, shard, offset, timestamp and the payload.
    json
}
