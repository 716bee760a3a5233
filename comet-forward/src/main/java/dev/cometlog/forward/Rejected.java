package dev.cometlog.forward;

import java.io.Serial;

/// Entries of a delivery will never be taken by the destination, or were tried for too long. Ends the delivery; the
/// consumer halves it until the entry is alone. Without a stack trace: it says nothing about this program.
final class Rejected extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    Rejected(String reason) {
        super(reason, null, false, false);
    }
}
