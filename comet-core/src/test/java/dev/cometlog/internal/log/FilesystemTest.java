package dev.cometlog.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.CometException;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.Filesystems;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// On which filesystems a log opens.
class FilesystemTest {
    @TempDir
    Path directory;

    /// The real storage, on a filesystem that calls itself something else.
    static Storage on(String type) {
        DiskStorage disk = new DiskStorage(FilesMode.DEFAULT);
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (_, method, arguments) -> {
                    if (method.getName().equals("filesystemType")) {
                        return type;
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse.sshfs", "ceph", "glusterfs", "lustre"})
    void aNetworkFilesystemIsRefusedByNameUnlessTheOperatorInsists(String type) throws IOException {
        LogDirectory log = LogDirectory.resolve(on(type), directory, true);
        assertThatThrownBy(() -> log.checkFilesystem(on(type), false))
                .isInstanceOf(CometException.UnsupportedFilesystem.class)
                .hasMessageContaining(directory.toRealPath().toString())
                .hasMessageContaining("type " + type);
        assertThat(directory).isEmptyDirectory();
        assertThatCode(() -> log.checkFilesystem(on(type), true)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "overlay", "tmpfs", "btrfs", "somethingnew"})
    void aLocalOrUnknownFilesystemIsUsed(String type) throws IOException {
        LogDirectory log = LogDirectory.resolve(on(type), directory, true);
        assertThatCode(() -> log.checkFilesystem(on(type), false)).doesNotThrowAnyException();
    }

    @Test
    void whatIsKnownOfAFilesystemIsTold() {
        assertThat(Filesystems.fitness("ext4")).isEqualTo(Filesystems.Fitness.FIT);
        assertThat(Filesystems.fitness("tmpfs")).isEqualTo(Filesystems.Fitness.VOLATILE);
        assertThat(Filesystems.fitness("ZFS")).isEqualTo(Filesystems.Fitness.COPY_ON_WRITE);
        assertThat(Filesystems.fitness("somethingnew")).isEqualTo(Filesystems.Fitness.UNKNOWN);
    }
}
