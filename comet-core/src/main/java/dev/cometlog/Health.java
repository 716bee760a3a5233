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
        /// A codec is not on the class path or cannot work on this machine: entries cannot be read here, or are stored
        /// uncompressed.
        MISSING_CODEC
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
