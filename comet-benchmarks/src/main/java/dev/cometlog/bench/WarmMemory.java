package dev.cometlog.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Makes free memory the machine's own before each cell: a virtual machine gives free pages back to its host after
/// a while, and to have one again takes many times as long as to use one that is there. Without this a cell's figures
/// tell which cells ran before it.
final class WarmMemory {
    private static final int PIECE = 1 << 20;

    private WarmMemory() {}

    /// Fills that much of the page cache and lets go of it.
    static void make(Path directory, int megabytes) throws IOException {
        Path file = directory.resolve("warm");
        ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < megabytes; i++) {
                zeros.clear();
                while (zeros.hasRemaining()) {
                    channel.write(zeros);
                }
            }
        } finally {
            Files.delete(file);
        }
    }
}
