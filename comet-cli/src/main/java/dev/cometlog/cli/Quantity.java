package dev.cometlog.cli;

import java.time.Duration;

/// Writes quantities so that a person sees their size at a glance: three digits and a unit.
final class Quantity {
    private static final String[] COUNTS = {"", "k", "M", "G", "T", "P", "E"};
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Quantity() {}

    /// A number of things, such as `12.3k`.
    static String count(double count) {
        return scaled(count, 1000, COUNTS, "");
    }

    static String count(long count) {
        return count((double) count);
    }

    /// A number of bytes, such as `1.50 GiB`.
    static String bytes(double bytes) {
        return scaled(bytes, 1024, BYTES, " ");
    }

    static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    private static String scaled(double amount, int step, String[] units, String separator) {
        int unit = 0;
        double left = Math.max(0, amount);
        while (left >= step * 0.9995 && unit < units.length - 1) {
            left /= step;
            unit++;
        }
        return digits(left, unit == 0) + separator + units[unit];
    }

    /// Three digits; small numbers of whole things have no point.
    private static String digits(double value, boolean plain) {
        if (value >= 99.95 || (plain && value == Math.rint(value))) {
            return "%.0f".formatted(value);
        }
        return (value >= 9.995 || plain ? "%.1f" : "%.2f").formatted(value);
    }

    /// How long something took, such as `4.10 ms`.
    static String time(Duration duration) {
        double nanos = duration.toNanos();
        if (nanos < 1e6) {
            return digits(nanos / 1e3, nanos == 0) + " µs";
        }
        return nanos < 1e9 ? digits(nanos / 1e6, false) + " ms" : digits(nanos / 1e9, false) + " s";
    }

    /// How long ago something was, such as `42s` or `3h12m`.
    static String age(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m" + seconds % 60 + "s";
        }
        return seconds < 86_400
                ? seconds / 3600 + "h" + seconds % 3600 / 60 + "m"
                : seconds / 86_400 + "d" + seconds % 86_400 / 3600 + "h";
    }
}
