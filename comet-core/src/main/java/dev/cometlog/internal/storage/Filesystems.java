package dev.cometlog.internal.storage;

import java.util.Locale;
import java.util.Set;

/// What is known of filesystems by their type: pure, so that each rule is one short test.
public final class Filesystems {
    private static final Set<String> LOCAL =
            Set.of("ext2", "ext3", "ext4", "xfs", "jfs", "apfs", "hfs", "overlay", "overlayfs");
    private static final Set<String> COPY_ON_WRITE = Set.of("btrfs", "zfs", "bcachefs", "f2fs");
    private static final Set<String> NETWORK = Set.of(
            "nfs",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "9p",
            "virtiofs",
            "ceph",
            "glusterfs",
            "lustre",
            "afs",
            "gfs2",
            "ocfs2");

    private Filesystems() {}

    /// How a filesystem serves a log.
    public enum Fitness {
        FIT,
        /// Overwriting allocates, so room is checked at every roll.
        COPY_ON_WRITE,
        /// Memory: syncing means nothing.
        VOLATILE,
        UNKNOWN,
        /// Shared mappings and locks do not hold: refused unless overridden.
        REFUSED
    }

    public static Fitness fitness(String type) {
        String name = type.toLowerCase(Locale.ROOT);
        if (NETWORK.contains(name) || name.startsWith("fuse")) {
            return Fitness.REFUSED;
        }
        if (name.equals("tmpfs") || name.equals("ramfs")) {
            return Fitness.VOLATILE;
        }
        if (COPY_ON_WRITE.contains(name)) {
            return Fitness.COPY_ON_WRITE;
        }
        return LOCAL.contains(name) ? Fitness.FIT : Fitness.UNKNOWN;
    }
}
