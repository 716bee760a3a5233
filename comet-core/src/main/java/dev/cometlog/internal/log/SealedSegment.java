package dev.cometlog.internal.log;

/// What retention knows of a segment that it may delete.
///
/// @param base its first offset
/// @param end behind its last entry
/// @param next the base offset of the segment behind it; above `end` when offsets were jumped over
/// @param diskBytes what it and its index take
/// @param newestMicros when its last entry was appended, by the present clock
record SealedSegment(long base, long end, long next, long diskBytes, long newestMicros) {}
