package dev.cometlog.cli;

import dev.cometlog.internal.log.ShardState;
import dev.cometlog.internal.storage.MappedFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// Reads a copy of a shard's state page, so that looking at it can never change it.
final class StatePage {

    private StatePage() {}

    static ShardState read(Path path) throws IOException {
        byte[] bytes = DataFile.readAll(path, ShardState.PAGE_BYTES);
        // Words are read as such, so the copy must be aligned; a short file reads as zeros and is not intact.
        MemorySegment page = MemorySegment.ofArray(new long[ShardState.PAGE_BYTES / Long.BYTES]);
        MemorySegment.copy(bytes, 0, page, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return new ShardState(new MappedFile(page, Arena.ofAuto()));
    }
}
