package dev.cometlog.internal.storage;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
