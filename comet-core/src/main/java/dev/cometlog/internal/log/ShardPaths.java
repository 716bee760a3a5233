package dev.cometlog.internal.log;

import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/// Names of the files in one shard's directory.
public record ShardPaths(Path directory) {
    private static final String STATE = "state";
    private static final String QUARANTINE = "quarantine";
    private static final String LOG = ".log";
    private static final String INDEX = ".index";
    private static final String PREPARED = ".prepared";
    private static final String NEXT = "next-";
    private static final int OFFSET_DIGITS = 20;

    /// The directory of its stream.
    Path stream() {
        return directory.resolveSibling("");
    }

    public Path state() {
        return directory.resolve(STATE);
    }

    public Path quarantine() {
        return directory.resolve(QUARANTINE);
    }

    public Path segment(long base) {
        return directory.resolve(offsetText(base) + LOG);
    }

    public Path index(long base) {
        return directory.resolve(offsetText(base) + INDEX);
    }

    /// A segment made ahead of need; its name says who made it, so that what a dead process left is known.
    Path prepared(long maker, long nonce) {
        return directory.resolve(NEXT + hex(maker) + "-" + hex(nonce) + PREPARED);
    }

    Path preparedIndex(Path prepared) {
        return directory.resolve(prepared.getFileName() + INDEX);
    }

    /// Whether a shard's directory holds a file of that name.
    public static boolean isPart(String name) {
        return name.equals(STATE)
                || name.equals(QUARANTINE)
                || segmentBase(name).isPresent()
                || indexBase(name).isPresent()
                || isPrepared(name);
    }

    static boolean isPrepared(String name) {
        return name.startsWith(NEXT);
    }

    /// The incarnation in a prepared file's name, or 0.
    static long preparedBy(String name) {
        return hexAt(name, NEXT.length());
    }

    static long preparedNonce(String name) {
        return hexAt(name, NEXT.length() + 17);
    }

    private static long hexAt(String name, int from) {
        try {
            return Long.parseUnsignedLong(name, from, from + 16, 16);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return 0;
        }
    }

    /// The base offset in a segment file's name; empty for every other file.
    public static OptionalLong segmentBase(String name) {
        return name.endsWith(LOG) ? offsetIn(name, LOG) : OptionalLong.empty();
    }

    public static OptionalLong indexBase(String name) {
        return name.endsWith(INDEX) ? offsetIn(name, INDEX) : OptionalLong.empty();
    }

    private static OptionalLong offsetIn(String name, String suffix) {
        if (name.length() != OFFSET_DIGITS + suffix.length()) {
            return OptionalLong.empty();
        }
        try {
            long offset = Long.parseLong(name, 0, OFFSET_DIGITS, 10);
            return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static String offsetText(long offset) {
        return String.format(Locale.ROOT, "%0" + OFFSET_DIGITS + "d", offset);
    }

    private static String hex(long value) {
        return String.format(Locale.ROOT, "%016x", value);
    }
}
