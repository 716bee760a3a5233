package dev.cometlog.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// How many cores of the machine are at work, whoever they work for: the kernel's own threads, which write back what
/// a process appended, are in no process's account.
final class BusyCores {
    private static final Path STAT = Path.of("/proc/stat");

    /// Columns of the first line, behind its name.
    private static final int IDLE = 3;

    private static final int WAITING_FOR_IO = 4;
    private static final int TAKEN_BY_HOST = 7;
    private static final int COLUMNS = 8;

    private final long[] before;

    BusyCores() throws IOException {
        before = columns();
    }

    /// Cores that were busy since this was made, in the mean; not a number where the kernel does not tell.
    double sinceThen() throws IOException {
        long[] now = columns();
        if (now.length < COLUMNS || before.length < COLUMNS) {
            return Double.NaN;
        }
        long[] ticks = new long[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            ticks[i] = now[i] - before[i];
        }
        long all = LongStream.of(ticks).sum();
        long busy = all - ticks[IDLE] - ticks[WAITING_FOR_IO] - ticks[TAKEN_BY_HOST];
        return Runtime.getRuntime().availableProcessors() * (double) busy / all;
    }

    private static long[] columns() throws IOException {
        if (!Files.isReadable(STAT)) {
            return new long[0];
        }
        try (Stream<String> lines = Files.lines(STAT)) {
            return lines.limit(1)
                    .flatMap(line -> Stream.of(line.strip().split(" +", -1)).skip(1))
                    .mapToLong(Long::parseLong)
                    .toArray();
        }
    }
}
