package dev.cometlog;

import dev.cometlog.internal.format.DeadLetterDescriptor;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// What an entry in a stream of dead letters says: which entry could not be handled, and why.
///
/// @param origin the entry that could not be handled
/// @param timestamp when it was appended
/// @param attempts how often a handler was given it
/// @param errorClass the class of what the handler threw last
/// @param errorMessage its message, cut at 4096 bytes
public record DeadLetter(EntryId origin, Instant timestamp, int attempts, String errorClass, String errorMessage) {

    /// Reads an entry of a stream of dead letters; [#payload(Entry)] gives the bytes it was about.
    ///
    /// @throws IllegalArgumentException if it is none
    public static DeadLetter decode(Entry entry) {
        DeadLetterDescriptor letter = new DeadLetterDescriptor(entry.bytes());
        return new DeadLetter(
                letter.origin(),
                Instant.EPOCH.plus(letter.timestampMicros(), ChronoUnit.MICROS),
                letter.attempts(),
                letter.errorClass(),
                letter.errorMessage());
    }

    /// The payload of the entry that could not be handled, byte for byte.
    ///
    /// @throws IllegalArgumentException if `entry` is no dead letter
    public static byte[] payload(Entry entry) {
        return new DeadLetterDescriptor(entry.bytes()).payload();
    }
}
