package dev.cometlog.testing;

/// Calls made just above the end of the stack, so that a `StackOverflowError` strikes in them at every depth in turn.
public final class DeepStack {
    /// Of a thread to do that on: deep enough to begin with, soon at its end.
    public static final long STACK_BYTES = 512 * 1024;

    private DeepStack() {}

    /// Calls with so many frames to spare; returns whether that overflowed.
    public static boolean overflows(Runnable call, int above) {
        try {
            return descend(call, new int[] {above});
        } catch (StackOverflowError e) {
            return true;
        }
    }

    /// Goes down to the end of the stack, and up again by `above[0]` frames, where it calls.
    private static boolean descend(Runnable call, int[] above) {
        if (above[0] >= 0) {
            try {
                return descend(call, above);
            } catch (StackOverflowError e) {
                if (above[0]-- > 0) {
                    throw e;
                }
            }
        }
        try {
            call.run();
            return false;
        } catch (StackOverflowError e) {
            return true;
        }
    }
}
