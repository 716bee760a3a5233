package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A file's content as it was when last forced; what it is now is read from the file, whatever its name is by then.
final class RememberedFile implements Remembered, Closeable {
    private static final int SECTOR = 512;
    private static final int PAGE = 4096;

    private final StorageFile file;
    private byte[] durable = {};

    /// What it was when a force failed; null if none did.
    private byte @Nullable [] givenUp;

    private final BitSet writtenSince = new BitSet();

    RememberedFile(StorageFile file) {
        this.file = file;
    }

    void force() throws IOException {
        byte[] present = present();
        byte[] given = givenUp;
        if (given == null) {
            durable = present;
            return;
        }
        // The kernel has told of the failure and calls those pages clean: only what was written since goes out.
        byte[] mixed = Arrays.copyOf(durable, present.length);
        for (int at = 0; at < present.length; at += PAGE) {
            int end = Math.min(at + PAGE, present.length);
            boolean same = end <= given.length && Arrays.equals(present, at, end, given, at, end);
            if (!same || writtenSince.get(at / PAGE)) {
                System.arraycopy(present, at, mixed, at, end - at);
            }
        }
        durable = mixed;
    }

    /// The device refused what was not forced. Whoever forces again is told that all is well, and it is not.
    void forceFailed() throws IOException {
        givenUp = present();
        writtenSince.clear();
    }

    /// A write makes its pages dirty again, even if it changes nothing.
    void written(long position, int length) {
        if (length > 0) {
            writtenSince.set((int) (position / PAGE), (int) ((position + length - 1) / PAGE) + 1);
        }
    }

    private byte[] present() throws IOException {
        byte[] bytes = new byte[Math.toIntExact(file.size())];
        if (file.read(0, bytes, 0, bytes.length) < bytes.length) {
            throw new IOException("the file became shorter, which files of a log never do");
        }
        return bytes;
    }

    @Override
    public void cut(Random random, int sectorBytes, Storage target, Path into) throws IOException {
        byte[] present = present();
        byte[] left = mixed(random, sectorBytes, present, sizeLeft(random, present.length));
        try (StorageFile made = target.open(into, Storage.Access.CREATE)) {
            made.write(0, left, 0, left.length);
        }
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
        file.close();
    }
}
