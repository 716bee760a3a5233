package dev.cometlog.forward;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;

/// Which file lines are written to, and when it is put aside for a new one.
///
/// @param file the file being written; its directory is made if it does not exist
/// @param format what a line is made of
/// @param maxBytes a file is put aside before it grows larger, unless one batch alone is
/// @param maxAge a file is put aside when it has been written to for so long
/// @param keep how many files that were put aside are kept; 0 is all
public record FileOptions(Path file, NdjsonFormat format, long maxBytes, Duration maxAge, int keep) {

    /// Use [#builder(Path)].
    public FileOptions {
        requireNonNull(file, "file");
    }

    public static Builder builder(Path file) {
        return new Builder(file);
    }

    /// Collects settings; each has a default.
    public static final class Builder {
        private final Path file;
        private NdjsonFormat format = NdjsonFormat.ENVELOPE;
        private long maxBytes = 64 << 20;
        private Duration maxAge = Duration.ofHours(1);
        private int keep;

        private Builder(Path file) {
            this.file = requireNonNull(file, "file").toAbsolutePath();
        }

        /// Default [NdjsonFormat#ENVELOPE].
        public Builder format(NdjsonFormat value) {
            format = requireNonNull(value, "format");
            return this;
        }

        /// Default 64 MiB.
        public Builder maxBytes(long value) {
            if (value < 1) {
                throw new IllegalArgumentException("maxBytes must be at least 1: maxBytes=" + value);
            }
            maxBytes = value;
            return this;
        }

        /// Default one hour.
        public Builder maxAge(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("maxAge must be positive: maxAge=" + value);
            }
            maxAge = value;
            return this;
        }

        /// Default 0, all.
        public Builder keep(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("keep must not be negative: keep=" + value);
            }
            keep = value;
            return this;
        }

        /// The options.
        public FileOptions build() {
            return new FileOptions(file, format, maxBytes, maxAge, keep);
        }
    }
}
