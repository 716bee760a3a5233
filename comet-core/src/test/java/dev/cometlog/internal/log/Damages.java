package dev.cometlog.internal.log;

import dev.cometlog.internal.format.SegmentHeader;
import dev.cometlog.internal.process.Incarnations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/// Damages a [SmallLog] in every way: each byte of each file, each length, files that are exchanged, copied, gone
/// or foreign.
final class Damages {
    /// How far into a segment each byte and length counts; behind that is nothing but zeros.
    static final int USED_BYTES = 4096;

    private static final int TAIL_STEP = 4099;

    private final SmallLog log;
    private final Random random;
    private final boolean otherBoot;

    /// One way of damaging a log.
    ///
    /// @param name tells it, for whoever wants to see it again
    /// @param apply does it
    /// @param hit which offsets it may cost
    record Damage(String name, Consumer<MemoryDisk> apply, LongPredicate hit) {}

    /// @param otherBoot whether the machine is started anew before the log is opened
    Damages(SmallLog log, Random random, boolean otherBoot) {
        this.log = log;
        this.random = random;
        this.otherBoot = otherBoot;
    }

    private List<Path> files() {
        return log.disk().files().keySet().stream()
                .filter(path -> !path.endsWith(Incarnations.LOCK_FILE))
                .toList();
    }

    /// @param every whether each byte is damaged in all three ways, or in one of them at random
    List<Damage> bytes(boolean every) {
        List<Damage> damages = new ArrayList<>();
        for (Map.Entry<Path, byte[]> file : log.disk().files().entrySet()) {
            byte[] bytes = file.getValue();
            for (int at = 0; at < bytes.length; at += at < USED_BYTES + 200 ? 1 : TAIL_STEP) {
                byte[] to = {(byte) (bytes[at] ^ 1 << random.nextInt(Byte.SIZE)), 0, (byte) 0xff};
                int chosen = random.nextInt(to.length);
                for (int way = 0; way < to.length; way++) {
                    if (to[way] != bytes[at] && (every || way == chosen)) {
                        damages.add(byteAt(file.getKey(), at, to[way]));
                    }
                }
            }
        }
        return damages;
    }

    private Damage byteAt(Path path, int at, byte to) {
        return new Damage(
                name(path) + " byte " + at + " is " + (to & 0xff),
                disk -> {
                    byte[] damaged = log.disk().bytes(path);
                    damaged[at] = to;
                    disk.put(path, damaged);
                },
                hitBy(path, at, at + 1));
    }

    /// Each length that a file may have been cut off at.
    List<Damage> lengths() {
        List<Damage> damages = new ArrayList<>();
        for (Map.Entry<Path, byte[]> file : log.disk().files().entrySet()) {
            int length = file.getValue().length;
            for (int to = 0; to < length; to += to < USED_BYTES + 200 ? 1 : TAIL_STEP) {
                int cut = to;
                damages.add(new Damage(
                        name(file.getKey()) + " has " + to + " bytes",
                        disk -> disk.put(file.getKey(), Arrays.copyOf(file.getValue(), cut)),
                        hitBy(file.getKey(), to, length)));
            }
        }
        return damages;
    }

    /// Files that change places, stand in for each other, are gone, or hold something else.
    List<Damage> files(Random content) {
        List<Damage> damages = new ArrayList<>();
        for (Path one : files()) {
            byte[] bytes = log.disk().bytes(one);
            LongPredicate hit = hitBy(one, 0, bytes.length);
            damages.add(new Damage(name(one) + " is gone", disk -> disk.take(one), hit));
            byte[] foreign = new byte[bytes.length];
            content.nextBytes(foreign);
            damages.add(new Damage(name(one) + " is foreign", disk -> disk.put(one, foreign), hit));
            damages.add(new Damage(
                    name(one) + " has a foreign neighbour",
                    disk -> disk.put(one.resolveSibling("notes.txt"), foreign),
                    offset -> false));
            for (Path other : files()) {
                if (!one.equals(other)) {
                    byte[] others = log.disk().bytes(other);
                    damages.add(new Damage(
                            name(one) + " stands in for " + name(other),
                            disk -> disk.put(other, bytes),
                            hitBy(other, 0, others.length)));
                    damages.add(new Damage(
                            name(one) + " and " + name(other) + " are exchanged",
                            disk -> {
                                disk.put(other, bytes);
                                disk.put(one, others);
                            },
                            hit.or(hitBy(other, 0, others.length))));
                }
            }
            for (String name : List.of("00000000000000000003.log", "00000000000000009999.log")) {
                damages.add(new Damage(
                        name(one) + " is there again as " + name,
                        disk -> disk.put(shardDirectory().resolve(name), bytes),
                        offset -> false));
            }
        }
        return damages;
    }

    private Path shardDirectory() {
        return files().stream()
                .filter(path -> path.toString().endsWith(".log"))
                .findFirst()
                .orElseThrow()
                .getParent();
    }

    private String name(Path path) {
        return log.root().relativize(path).toString();
    }

    /// Which entries the bytes of a file hold; none for what is derived or only tells of them.
    private LongPredicate hitBy(Path path, int from, int to) {
        String name = path.getFileName().toString();
        if (!name.endsWith(".log")) {
            return offset -> false;
        }
        long base = Long.parseLong(name.substring(0, name.length() - ".log".length()));
        boolean sealed = base < log.sealedEnd();
        if (from < SegmentHeader.LENGTH) {
            // The whole segment; behind a restart also what was not forced in another.
            return offset -> (offset < log.sealedEnd()) == sealed || isCut(offset, base);
        }
        return offset -> {
            if ((offset < log.sealedEnd()) != sealed) {
                return false;
            }
            Map.Entry<Long, Long> before = log.frameEnds().lowerEntry(offset);
            while (before != null
                    && before.getValue().equals(log.frameEnds().get(offset))
                    && (before.getKey() < log.sealedEnd()) == sealed) {
                before = log.frameEnds().lowerEntry(before.getKey());
            }
            boolean first = before == null || (before.getKey() < log.sealedEnd()) != sealed;
            long start = first ? SegmentHeader.LENGTH : before.getValue();
            boolean hit = start < to && from < log.frameEnds().get(offset);
            return hit || (isCut(offset, base) && from < log.frameEnds().get(offset));
        };
    }

    /// Whether a restart may take an entry of the segment, since it was not forced and something before it was hit.
    private boolean isCut(long offset, long base) {
        return otherBoot && offset >= log.durable() && offset >= base;
    }
}
