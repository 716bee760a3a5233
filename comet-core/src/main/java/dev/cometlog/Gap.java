package dev.cometlog;

/// A range of offsets that will never be delivered.
///
/// @param stream the stream's name
/// @param shard the shard's number
/// @param from the first offset that is missing
/// @param to the offset behind the last one that is missing
/// @param reason why
public record Gap(String stream, int shard, long from, long to, Reason reason) {
    public Gap {
        if (from < 0 || to <= from) {
            throw new IllegalArgumentException("a gap needs 0 <= from < to: from=" + from + ", to=" + to);
        }
    }

    /// Why entries are missing.
    public enum Reason {
        /// They were older than the retention allows, and read or unprotected.
        RETENTION,
        /// A bound was reached, or `forceDeleteAfter`, and they were deleted before every group had read them.
        DROP,
        /// Their bytes do not verify.
        DAMAGE,
        /// The machine lost power before they were durable, or their offsets were reserved and never used.
        POWER_LOSS
    }

    /// How many offsets are missing.
    public long length() {
        return to - from;
    }
}
