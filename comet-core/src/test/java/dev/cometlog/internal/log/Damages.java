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
import java.util.stream.IntStream;

/// Damages a [SmallLog] in every way: each byte of each file, each length, files that are exchanged, copied, gone
/// or foreign.
final class Damages {
    /// How far into a file each byte and length counts; behind that there are large entries and zeros.
    private static final int HEAD = 4096 + 200;

    /// How far from the end of the entries each does too.
    private static final int BEFORE_END = 1600;

    private static final int BEHIND_END = 256;
    private static final int STEP = 4099;

    /// How many of the zeros outside the state page are damaged where the log was not closed, unless all are.
    private static final int SPARE_STEP = 8;

    private final SmallLog log;
    private final ShardPaths paths;
    private final Random random;

    /// One way of damaging a log.
    ///
    /// @param name tells it, for whoever wants to see it again
    /// @param apply does it
    /// @param hit which offsets it may cost
    record Damage(String name, Consumer<MemoryDisk> apply, LongPredicate hit) {}

    Damages(SmallLog log, Random random) {
        this.log = log;
        this.paths = log.paths();
        this.random = random;
    }

    private List<Path> files() {
        return log.disk().files().keySet().stream()
                .filter(path -> !path.endsWith(Incarnations.LOCK_FILE))
                .toList();
    }

    /// Where a file of that length is damaged or cut off.
    private int[] places(Path path, int length) {
        SmallLog.Frame last = log.frame(log.frames().lastKey());
        boolean isActive = path.equals(paths.segment(last.base()));
        return IntStream.range(0, length)
                .filter(at -> at < HEAD
                        || at % STEP == 0
                        || (isActive && at >= last.to() - BEFORE_END && at < last.to() + BEHIND_END))
                .toArray();
    }

    /// @param every whether each byte is damaged in all ways, or in one of three at random
    List<Damage> bytes(boolean every) {
        List<Damage> damages = new ArrayList<>();
        for (Map.Entry<Path, byte[]> file : log.disk().files().entrySet()) {
            byte[] bytes = file.getValue();
            for (int at : places(file.getKey(), bytes.length)) {
                boolean isOfPage = file.getKey().equals(paths.state());
                boolean isSpare = bytes[at] == 0 && !isOfPage && log.left() != SmallLog.Left.CLOSED;
                if (isSpare && !every && random.nextInt(SPARE_STEP) > 0) {
                    continue;
                }
                byte[] ways = ways(bytes[at], every && isOfPage);
                int chosen = random.nextInt(ways.length);
                for (int way = 0; way < ways.length; way++) {
                    if (ways[way] != bytes[at] && (every || way == chosen)) {
                        damages.add(byteAt(file.getKey(), at, ways[way]));
                    }
                }
            }
        }
        return damages;
    }

    /// What a byte may become: all zeros, all ones, and one bit flipped, or each.
    private byte[] ways(byte from, boolean eachBit) {
        byte[] ways = new byte[2 + (eachBit ? Byte.SIZE : 1)];
        ways[1] = (byte) 0xff;
        int bit = random.nextInt(Byte.SIZE);
        for (int way = 2; way < ways.length; way++) {
            ways[way] = (byte) (from ^ 1 << (bit + way) % Byte.SIZE);
        }
        return ways;
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
            for (int to : places(file.getKey(), length)) {
                damages.add(new Damage(
                        name(file.getKey()) + " has " + to + " bytes",
                        disk -> disk.put(file.getKey(), Arrays.copyOf(file.getValue(), to)),
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
                        disk -> disk.put(paths.directory().resolve(name), bytes),
                        offset -> false));
            }
        }
        return damages;
    }

    private String name(Path path) {
        return log.root().relativize(path).toString();
    }

    /// Which entries damage to the bytes of a file may cost: those whose batch it hits, and none for what is derived or
    /// only tells of them. A header is all of its segment's.
    private LongPredicate hitBy(Path path, int from, int to) {
        String name = path.getFileName().toString();
        if (!name.endsWith(".log")) {
            return offset -> false;
        }
        long base = Long.parseLong(name.substring(0, name.length() - ".log".length()));
        int durablePosition = log.frame(log.durable() - 1).to();
        return offset -> {
            SmallLog.Frame frame = log.frames().get(offset);
            if (frame == null || frame.base() != base || offset >= log.end()) {
                return false;
            }
            boolean isHit = from < frame.to() && to > frame.from();
            // What was not forced may be cut from the first damage on.
            boolean isCut = offset >= log.durable() && from < frame.to() && to > durablePosition;
            return from < SegmentHeader.LENGTH || isHit || isCut;
        };
    }
}
