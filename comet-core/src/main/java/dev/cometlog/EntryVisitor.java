package dev.cometlog;

import java.lang.foreign.MemorySegment;

/// Receives entries one after another, without an object for each.
@FunctionalInterface
public interface EntryVisitor {
    /// One entry, whose payload is the `length` bytes of `memory` from `position` on.
    ///
    /// `memory` holds these bytes only until this method returns; copy what is to be kept.
    ///
    /// @param offset the entry's offset
    /// @param timestampMicros when it was appended, in microseconds since 1970
    /// @return whether to go on
    boolean visit(long offset, long timestampMicros, MemorySegment memory, long position, int length);
}
