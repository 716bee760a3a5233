package dev.cometlog.bench;

/// A cell whose data is not what was written measured nothing.
final class Verified {
    private Verified() {}

    static void require(long expected, long found) {
        if (expected != found) {
            throw new AssertionError("of " + expected + " entries " + found + " were read back intact");
        }
    }
}
