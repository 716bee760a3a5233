package dev.cometlog;

import java.util.List;

/// How a log fares, as far as this process can tell. Get it from [Comet#health()].
///
/// @param status the worst of the reasons; healthy if there is none
/// @param reasons what is wrong, worst first
public record Health(Status status, List<Reason> reasons) {
    public Health {
        reasons = List.copyOf(reasons);
    }

    /// Better ones first.
    public enum Status {
        /// Nothing is known to be wrong.
        HEALTHY,
        /// The log serves, but something needs to be looked at.
        DEGRADED,
        /// Something is refused until it was mended.
        FAILED
    }

    /// What can be wrong. More kinds may be added: a `switch` over them needs a default.
    public enum Kind {
        /// A handler has been at one delivery for more than a minute. Its group gets nothing more of that shard, and
        /// no other member may have it.
        HUNG_HANDLER,
        /// A group has had something to read and acknowledged nothing for ten minutes, or its file cannot be read.
        STUCK_GROUP,
        /// A process was stopped, by a signal or a debugger, that others wait for.
        STOPPED_HOLDER,
        /// An fsync failed: the shard takes no entries.
        POISONED_SHARD,
        /// A shard cannot be opened.
        UNREADABLE_SHARD,
        /// What was appended more than ten seconds (and ten sync intervals) ago would not survive a power loss.
        SYNC_OVERDUE,
        /// Entries that are kept do not verify. Told until retention has deleted them.
        DAMAGE,
        /// Appends were refused for want of room within the last minute.
        APPENDS_REFUSED,
        /// Appends of this process failed within the last minute with an error of the operating system: no more file
        /// descriptors, a device that fails, a filesystem that became read-only.
        APPENDS_FAILING,
        /// A bound or `forceDeleteAfter` deleted entries that a group had not read, within the last ten minutes.
        ENTRIES_DROPPED,
        /// Nine tenths of a bound are used, and what may not be dropped is in the way.
        DISK_NEAR_BOUND,
        /// The filesystem has less than `minFreeBytes` left: the log does not grow.
        FREE_SPACE_LOW,
        /// A codec is not on the class path or cannot work on this machine: entries cannot be read here, or are stored
        /// uncompressed.
        MISSING_CODEC,
        /// The settings that were stored with a stream are missing or damaged.
        SETTINGS_LOST
    }

    /// One thing that is wrong.
    ///
    /// @param kind what sort of thing
    /// @param status how bad it is
    /// @param subject what it is about: the full name of a shard, a stream or a file
    /// @param message what is wrong, for people
    public record Reason(Kind kind, Status status, String subject, String message) {}

    /// The health that some reasons amount to.
    static Health of(List<Reason> reasons) {
        List<Reason> worstFirst = reasons.stream()
                .sorted((a, b) -> b.status().compareTo(a.status()))
                .toList();
        return new Health(
                worstFirst.isEmpty() ? Status.HEALTHY : worstFirst.getFirst().status(), worstFirst);
    }
}
