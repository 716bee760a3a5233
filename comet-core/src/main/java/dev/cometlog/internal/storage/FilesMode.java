package dev.cometlog.internal.storage;

/// Permission bits of what the log creates, whatever the umask; stored with the log.
///
/// @param file such as 0640
/// @param directory such as 0750
public record FilesMode(int file, int directory) {
    public static final FilesMode DEFAULT = new FilesMode(0640, 0750);

    /// For processes of several users that share a group.
    public static final FilesMode SHARED_GROUP = new FilesMode(0660, 02770);

    public FilesMode {
        if ((file & ~0777) != 0 || (file & 0600) != 0600) {
            throw new IllegalArgumentException("fileMode must be within 0777 and include 0600: fileMode=" + text(file));
        }
        if ((directory & ~07777) != 0 || (directory & 0700) != 0700) {
            throw new IllegalArgumentException(
                    "dirMode must be within 07777 and include 0700: dirMode=" + text(directory));
        }
    }

    public static String text(int mode) {
        return "0" + Integer.toOctalString(mode);
    }
}
