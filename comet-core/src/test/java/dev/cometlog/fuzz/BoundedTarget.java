package dev.cometlog.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.logging.LogManager;

/// Fails a target that takes more memory or time than its input can be worth.
final class BoundedTarget implements FuzzTarget {
    /// What a decoder may allocate for an input of nothing: buffers, and bodies that a codec says expand a lot.
    private static final long BASE_BYTES = 16 << 20;

    /// What it may allocate for each byte.
    private static final long BYTES_PER_BYTE = 1024;

    private static final long BASE_NANOS = 2_000_000_000;

    /// What passes a bound is looked at again: the first to come somewhere pays for loading classes.
    private static final int LOOKS = 4;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final FuzzTarget target;

    BoundedTarget(FuzzTarget target) {
        this.target = target;
        // What is wrong with each input is told by the thousand.
        LogManager.getLogManager().reset();
    }

    @Override
    public void decode(byte[] input) throws Exception {
        AssertionError excess = null;
        for (int look = 0; look < LOOKS; look++) {
            excess = excess(input);
            if (excess == null) {
                return;
            }
        }
        throw excess;
    }

    private AssertionError excess(byte[] input) throws Exception {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long began = THREADS.getCurrentThreadCpuTime();
        target.decode(input);
        long took = THREADS.getCurrentThreadCpuTime() - began;
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        if (allocated > BASE_BYTES + BYTES_PER_BYTE * input.length) {
            return new AssertionError(allocated + " bytes were allocated for an input of " + input.length);
        }
        if (took > BASE_NANOS) {
            return new AssertionError(took / 1_000_000 + " ms of CPU were used for an input of " + input.length);
        }
        return null;
    }
}
