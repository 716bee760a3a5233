package dev.cometlog.internal.format;

import dev.cometlog.EntryId;
import dev.cometlog.fuzz.FuzzTarget;

/// Payloads that are to be dead letters.
public final class DeadLetterFuzz implements FuzzTarget {
    @Override
    public void decode(byte[] input) {
        DeadLetterDescriptor letter;
        try {
            letter = new DeadLetterDescriptor(input);
        } catch (IllegalArgumentException _) {
            return;
        }
        // What passes for a dead letter answers every question.
        EntryId origin = letter.origin();
        int texts = letter.errorClass().length() + letter.errorMessage().length();
        if (origin.stream().length() + texts + letter.payload().length > input.length) {
            throw new AssertionError("more comes out than went in: " + input.length + " bytes, " + letter.attempts()
                    + " attempts, at " + letter.timestampMicros());
        }
    }
}
