package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.FilesMode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The settings that are stored with the whole log, in `comet.properties`.
///
/// @param format version of the directory's layout
/// @param readerBits features that whoever reads must know
/// @param writerBits features that whoever writes must know
/// @param maxTotalBytes bound on the bytes of the directory; empty means the default for its filesystem
/// @param minFreeBytes bytes to leave free; empty means the default for its filesystem
public record DirectorySettings(
        int format,
        long readerBits,
        long writerBits,
        FilesMode mode,
        Optional<Long> maxTotalBytes,
        Optional<Long> minFreeBytes) {

    public static final String FORMAT = "format";
    public static final String READER_BITS = "featureBits.reader";
    public static final String WRITER_BITS = "featureBits.writer";
    public static final String FILE_MODE = "fileMode";
    public static final String DIR_MODE = "dirMode";
    public static final String MAX_TOTAL_BYTES = "maxTotalBytes";
    public static final String MIN_FREE_BYTES = "minFreeBytes";

    /// Those that may change while the log is open.
    static final Set<String> BOUNDS = Set.of(MAX_TOTAL_BYTES, MIN_FREE_BYTES);

    static final int CURRENT_FORMAT = 1;

    /// The features that this version knows.
    static final long KNOWN_READER_BITS = 0;

    static final long KNOWN_WRITER_BITS = 0;

    private static final long MIN_TOTAL_BYTES = 1 << 20;
    private static final long DEFAULT_MAX_TOTAL_BYTES = 16L << 30;
    private static final long DEFAULT_MIN_FREE_BYTES = 512L << 20;

    public DirectorySettings {
        maxTotalBytes.filter(bytes -> bytes < MIN_TOTAL_BYTES).ifPresent(bytes -> {
            throw new IllegalArgumentException("maxTotalBytes must be at least 1048576: maxTotalBytes=" + bytes);
        });
        minFreeBytes.filter(bytes -> bytes < 0).ifPresent(bytes -> {
            throw new IllegalArgumentException("minFreeBytes must be at least 0: minFreeBytes=" + bytes);
        });
    }

    /// The settings that `stored` gives; the others have their defaults.
    ///
    /// @throws IllegalArgumentException naming the value that is refused
    public static DirectorySettings of(Map<String, String> stored) {
        SettingsText text = new SettingsText(stored);
        return new DirectorySettings(
                text.integer(FORMAT, CURRENT_FORMAT),
                text.number(READER_BITS, 0),
                text.number(WRITER_BITS, 0),
                new FilesMode(
                        text.octal(FILE_MODE, FilesMode.DEFAULT.file()),
                        text.octal(DIR_MODE, FilesMode.DEFAULT.directory())),
                optional(text, MAX_TOTAL_BYTES),
                optional(text, MIN_FREE_BYTES));
    }

    private static Optional<Long> optional(SettingsText text, String name) {
        return text.values().containsKey(name) ? Optional.of(text.number(name, 0)) : Optional.empty();
    }

    /// Refuses, by name, a value that cannot be.
    public static void check(Map<String, String> set) {
        DirectorySettings _ = of(set);
    }

    /// Those of `set` that are bounds.
    static Map<String, String> bounds(Map<String, String> set) {
        Map<String, String> bounds = new HashMap<>(set);
        bounds.keySet().retainAll(BOUNDS);
        return bounds;
    }

    boolean isReadable() {
        return format == CURRENT_FORMAT && (readerBits & ~KNOWN_READER_BITS) == 0;
    }

    boolean isWritable() {
        return isReadable() && (writerBits & ~KNOWN_WRITER_BITS) == 0;
    }

    /// What is in force on a filesystem of that size.
    DiskBudget.Bounds bounds(long filesystemBytes) {
        return new DiskBudget.Bounds(maxTotalBytes(filesystemBytes), minFreeBytes(filesystemBytes));
    }

    private long maxTotalBytes(long filesystemBytes) {
        return maxTotalBytes.orElse(Math.min(DEFAULT_MAX_TOTAL_BYTES, filesystemBytes / 2));
    }

    private long minFreeBytes(long filesystemBytes) {
        return minFreeBytes.orElse(Math.min(DEFAULT_MIN_FREE_BYTES, filesystemBytes / 20));
    }
}
