package dev.cometlog.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What taking and giving back a free lock word in a mapped page costs: two compare-and-set, and the store that
/// would be there anyway taken off.
final class LockWordCell {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final int TURNS = 50_000_000;
    private static final int ROUNDS = 5;
    private static final int PAGE = 4096;

    private LockWordCell() {}

    static Result run(Path directory) throws Exception {
        try (FileChannel channel = FileChannel.open(
                        directory.resolve("word"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                Arena arena = Arena.ofShared()) {
            MemorySegment page = channel.map(FileChannel.MapMode.READ_WRITE, 0, PAGE, arena);
            double locked = Double.MAX_VALUE;
            double plain = Double.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                locked = Math.min(locked, locked(page));
                plain = Math.min(plain, plain(page));
            }
            return new Result().with("nsPerAppend", locked - plain);
        }
    }

    private static double locked(MemorySegment page) {
        long start = System.nanoTime();
        for (long i = 0; i < TURNS; i++) {
            if (!WORD.compareAndSet(page, 0L, 0L, 7L)) {
                throw new AssertionError("somebody else has the word");
            }
            WORD.setRelease(page, 64L, i);
            if (!WORD.compareAndSet(page, 0L, 7L, 0L)) {
                throw new AssertionError("somebody took the word");
            }
        }
        return (System.nanoTime() - start) / (double) TURNS;
    }

    private static double plain(MemorySegment page) {
        long start = System.nanoTime();
        for (long i = 0; i < TURNS; i++) {
            WORD.setRelease(page, 64L, i);
        }
        return (System.nanoTime() - start) / (double) TURNS;
    }
}
