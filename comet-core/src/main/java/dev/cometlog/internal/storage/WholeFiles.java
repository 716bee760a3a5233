package dev.cometlog.internal.storage;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Small files that are never seen half written: they get their name when all their bytes are durable.
public final class WholeFiles {
    private static final String TEMPORARY = ".tmp-";
    private static final Pattern TEMPORARY_NAME = Pattern.compile(".+\\.tmp-[0-9a-f]{16}");
    private static final RandomGenerator RANDOM = new SecureRandom();

    private WholeFiles() {}

    /// Whether `name` is that of a file whose writer has not named it yet, or died before.
    public static boolean isTemporary(String name) {
        return TEMPORARY_NAME.matcher(name).matches();
    }

    /// Creates `path` with all of `bytes`, durably; false if it exists already, which leaves it as it is.
    public static boolean create(Storage storage, Path path, byte[] bytes) throws IOException {
        return create(storage, path, bytes, () -> {});
    }

    /// The same, with a step in between.
    ///
    /// @param beforeName called when the bytes are durable and have no name yet
    public static boolean create(Storage storage, Path path, byte[] bytes, Runnable beforeName) throws IOException {
        Path temporary = writeTemporary(storage, path, bytes, true);
        try {
            beforeName.run();
            storage.link(temporary, path);
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            storage.delete(temporary);
        }
        forceParent(storage, path);
        return true;
    }

    /// Puts `bytes` in place of what `path` held, if anything, durably.
    public static void replace(Storage storage, Path path, byte[] bytes) throws IOException {
        rename(storage, writeTemporary(storage, path, bytes, true), path);
        forceParent(storage, path);
    }

    /// Like [#replace(Storage, Path, byte[])], for what means nothing after a power loss: waits for no device.
    public static void replaceInCache(Storage storage, Path path, byte[] bytes) throws IOException {
        rename(storage, writeTemporary(storage, path, bytes, false), path);
    }

    private static void rename(Storage storage, Path temporary, Path path) throws IOException {
        try {
            storage.rename(temporary, path);
        } catch (IOException e) {
            storage.delete(temporary);
            throw e;
        }
    }

    private static void forceParent(Storage storage, Path path) throws IOException {
        Path parent = path.getParent();
        if (parent != null) {
            storage.forceDirectory(parent);
        }
    }

    private static Path writeTemporary(Storage storage, Path path, byte[] bytes, boolean durably) throws IOException {
        String suffix = String.format(Locale.ROOT, "%s%016x", TEMPORARY, RANDOM.nextLong());
        Path temporary = path.resolveSibling(path.getFileName() + suffix);
        try (StorageFile file = storage.open(temporary, Storage.Access.CREATE)) {
            file.write(0, bytes, 0, bytes.length);
            if (durably) {
                file.force();
            }
        } catch (IOException e) {
            if (storage.kind(temporary) != Storage.FileKind.ABSENT) {
                storage.delete(temporary);
            }
            throw e;
        }
        return temporary;
    }

    /// All bytes of a file, or empty if there is none.
    public static Optional<byte[]> read(Storage storage, Path path) throws IOException {
        try (StorageFile file = storage.open(path, Storage.Access.READ)) {
            byte[] bytes = new byte[Math.toIntExact(file.size())];
            int read = file.read(0, bytes, 0, bytes.length);
            return Optional.of(read == bytes.length ? bytes : Arrays.copyOf(bytes, read));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
