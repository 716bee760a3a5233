package dev.cometlog.internal.log;

import dev.cometlog.Gap;
import dev.cometlog.internal.format.SegmentHeader;
import org.jspecify.annotations.Nullable;

/// How far offsets that no segment holds reach, and why they are missing. Pure.
///
/// @param to the offset behind the last one that is missing for this reason
record LostRange(long to, Gap.Reason reason) {

    /// What is missing from `from` on.
    ///
    /// @param following the first segment above `from`; null if there is none
    /// @param expected where a segment should have started
    static LostRange before(@Nullable SegmentHeader following, long from, long expected, long end) {
        if (following == null) {
            return new LostRange(end, Gap.Reason.DAMAGE);
        }
        if (following.previousEnd() > from) {
            return new LostRange(following.previousEnd(), Gap.Reason.DAMAGE);
        }
        // From the previous end on, no offset was ever an entry's.
        boolean jumped = following.previousEnd() >= expected;
        return new LostRange(following.baseOffset(), jumped ? Gap.Reason.POWER_LOSS : Gap.Reason.DAMAGE);
    }
}
