package dev.cometlog.forward;

/// What a line of newline-delimited JSON is made of.
public enum NdjsonFormat {
    /// An object with `stream`, `shard`, `offset`, `timestamp` and `payload`, or `payloadBase64` if the payload is
    /// no UTF-8 text. Any payload will do, and the receiver knows an entry that it has seen before.
    ENVELOPE,

    /// The payload as it is, which should be a JSON value. One that is empty or holds a line break is rejected.
    PAYLOAD
}
