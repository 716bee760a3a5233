package dev.cometlog.internal.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the real file system answers, where callers have to tell one failure from another.
class DiskStorageTest {
    @TempDir
    Path directory;

    private final Storage storage = new DiskStorage(FilesMode.DEFAULT);

    @Test
    void aDirectoryThatCannotBeOpenedIsNotTakenForOneThatCouldNotBeForced() {
        assertThatCode(() -> storage.forceDirectory(directory)).doesNotThrowAnyException();
        Path gone = directory.resolve("gone");
        assertThatThrownBy(() -> storage.forceDirectory(gone))
                .isInstanceOf(NotOpenedException.class)
                .hasMessageContaining(gone.toString())
                .hasCauseInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @CsvSource({"1, 4096", "4096, 65536", "262144, 65536", "131073, 2097152", "5242889, 2097152", "5242889, 65536"})
    void itWritesZerosAndNothingElseOverWhatWasThere(int length, int piece) throws IOException {
        Path path = directory.resolve("zeros");
        byte[] before = new byte[length];
        Arrays.fill(before, (byte) 1);
        Files.write(path, before);
        try (StorageFile file = storage.open(path, Storage.Access.WRITE)) {
            file.writeZeros(length, piece);
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(new byte[length]);
    }
}
