package dev.cometlog;

/// Whether a scan checks what it reads.
public enum Verify {
    /// Every entry's checksum is computed before it is delivered; damaged ones become gaps.
    CRC,
    /// Entries are delivered straight from mapped memory, unchecked: faster, and damage goes unnoticed
    /// unless it breaks the framing.
    NONE
}
