package dev.cometlog.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/// What a process holds: mappings of files below a directory, open files, threads, and heap that is in use.
record Holdings(long mappings, long files, long threads, long heapBytes) {
    private static final long MAPPINGS_SLACK = 16;
    private static final long FILES_SLACK = 16;
    private static final long THREADS_SLACK = 4;
    private static final long HEAP_SLACK = 4 << 20;
    private static final Duration SETTLING = Duration.ofSeconds(20);

    /// What this process holds once garbage is collected.
    static Holdings now(Path directory) {
        System.gc();
        try (var maps = Files.lines(Path.of("/proc/self/maps"));
                var files = Files.list(Path.of("/proc/self/fd"))) {
            return new Holdings(
                    maps.filter(line -> line.contains(directory.toString())).count(),
                    files.count(),
                    ManagementFactory.getThreadMXBean().getThreadCount(),
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until no more is held than before, apart from what comes and goes, and returns what is.
    ///
    /// @throws AssertionError if it stays more
    static Holdings settled(Path directory, Holdings before, String after) {
        Holdings[] last = {before};
        try {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(200))
                    .atMost(SETTLING)
                    .until(() -> {
                        last[0] = now(directory);
                        return last[0].isAtMost(before);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("leaked: " + before + " became " + last[0] + " after " + after, e);
        }
        return last[0];
    }

    private boolean isAtMost(Holdings before) {
        return mappings <= before.mappings + MAPPINGS_SLACK
                && files <= before.files + FILES_SLACK
                && threads <= before.threads + THREADS_SLACK
                && heapBytes <= before.heapBytes + HEAP_SLACK;
    }
}
