package dev.cometlog;

/// What happens at a byte bound when only data is left that some group has not read.
public enum Overflow {
    /// The oldest sealed segment goes; groups that had not read it are told of the gap.
    DROP_OLDEST,
    /// Appends are refused with [CometException.LogFull].
    REJECT,
    /// Appends wait for room, at most `blockTimeout`, and are refused then.
    BLOCK
}
