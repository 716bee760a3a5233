package dev.cometlog.cli;

import dev.cometlog.internal.log.DirectorySettings;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The bounds of the whole directory; what is not given stays as it is.
final class BoundsOptions {

    @Option(
            names = "--max-total-bytes",
            paramLabel = "BYTES",
            description = "Bound on the whole directory, all streams together, such as 8GiB.",
            converter = StreamOptions.Bytes.class)
    private @Nullable Long maxTotalBytes;

    @Option(
            names = "--min-free-bytes",
            paramLabel = "BYTES",
            description = "What the log leaves free on its filesystem, such as 512MiB.",
            converter = StreamOptions.Bytes.class)
    private @Nullable Long minFreeBytes;

    /// What was given, by stored names.
    SortedMap<String, String> given() {
        SortedMap<String, String> given = new TreeMap<>();
        StreamOptions.put(given, DirectorySettings.MAX_TOTAL_BYTES, maxTotalBytes);
        StreamOptions.put(given, DirectorySettings.MIN_FREE_BYTES, minFreeBytes);
        return given;
    }
}
