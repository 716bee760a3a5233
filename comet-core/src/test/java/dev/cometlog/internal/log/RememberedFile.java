package dev.cometlog.internal.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/// A file's content as it was when last forced; what it is now is read from the file, whatever its name is by then.
final class RememberedFile implements Remembered, Closeable {
    private static final int SECTOR = 512;

    private final FileChannel channel;
    private byte[] durable = {};

    RememberedFile(Path path) throws IOException {
        this.channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    void force() throws IOException {
        durable = present();
    }

    private byte[] present() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) channel.size());
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, buffer.position()) < 0) {
                throw new IOException("the file became shorter, which files of a log never do");
            }
        }
        return buffer.array();
    }

    @Override
    public void cut(Random random, int sectorBytes, Path into) throws IOException {
        byte[] present = present();
        byte[] left = mixed(random, sectorBytes, present, sizeLeft(random, present.length));
        Files.write(into, left);
    }

    private int sizeLeft(Random random, int present) {
        return switch (random.nextInt(4)) {
            case 0 -> durable.length;
            case 1 -> durable.length + random.nextInt((present - durable.length) / SECTOR + 1) * SECTOR;
            default -> present;
        };
    }

    private byte[] mixed(Random random, int sectorBytes, byte[] present, int size) {
        byte[] mixed = Arrays.copyOf(durable, size);
        double chance = Remembered.chance(random);
        for (int at = 0; at < size; at += sectorBytes) {
            if (random.nextDouble() < chance) {
                System.arraycopy(present, at, mixed, at, Math.min(sectorBytes, size - at));
            }
        }
        return mixed;
    }

    @Override
    public void writeBack(Random random) throws IOException {
        byte[] present = present();
        durable = mixed(random, SECTOR, present, sizeLeft(random, present.length));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
