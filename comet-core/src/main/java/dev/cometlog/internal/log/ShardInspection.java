package dev.cometlog.internal.log;

import dev.cometlog.CometException;
import dev.cometlog.Gap;
import dev.cometlog.Verify;
import dev.cometlog.internal.format.IndexDescriptor;
import dev.cometlog.internal.process.Incarnations;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Procfs;
import dev.cometlog.internal.storage.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A look at one shard in whatever condition it is, of a log that is not opened: what is wrong with its files, and
/// which offsets are lost for good. Changes nothing.
public final class ShardInspection implements AutoCloseable {
    private final Storage storage;
    private final ShardId id;
    private final ShardPaths paths;
    private final Incarnations readers;
    private final Segments segments;
    private final ShardState state;
    private final List<Finding> findings = new ArrayList<>();

    /// The end offset that was published, which may lie behind what is left.
    private long publishedEnd;

    private Gap.Reason endReason = Gap.Reason.POWER_LOSS;

    /// Something that is wrong.
    ///
    /// @param path which file
    /// @param cure what helps
    /// @param problem what is wrong, for people
    public record Finding(Path path, Cure cure, String problem) {}

    /// What helps.
    public enum Cure {
        /// The file says nothing and stands in the way: it is moved to `quarantine/`.
        QUARANTINE,
        /// The file is derived: it is deleted, and made again.
        DELETE,
        /// Opening the log for writing puts it right.
        RECOVER
    }

    private ShardInspection(Path logDirectory, ShardId id, ShardPaths paths) throws IOException {
        this.storage = new DiskStorage(FilesMode.DEFAULT);
        this.id = id;
        this.paths = paths;
        this.readers = Incarnations.nobody(storage, logDirectory);
        this.segments = new Segments(storage, id, paths, null);
        this.state = openState();
    }

    /// Looks at a shard.
    public static ShardInspection of(Path logDirectory, String stream, int shard, int shardCount, Path directory)
            throws IOException {
        return new ShardInspection(logDirectory, ShardId.of(stream, shard, shardCount), new ShardPaths(directory));
    }

    /// Refuses a log that this version must not write to, before anybody touches it.
    ///
    /// @throws CometException.NewerFormat if a newer version wrote it
    public static void checkWritable(Path logDirectory) throws IOException {
        check(logDirectory, false);
    }

    /// Refuses a log that this version does not understand.
    ///
    /// @throws CometException.NewerFormat if a newer version wrote it
    public static void checkReadable(Path logDirectory) throws IOException {
        check(logDirectory, true);
    }

    private static void check(Path logDirectory, boolean readOnly) throws IOException {
        DirectorySettings _ =
                LogProperties.in(logDirectory).read(new DiskStorage(FilesMode.DEFAULT), Map.of(), readOnly);
    }

    /// How many shards a stream has of which the settings are lost, as its segments tell.
    public static int shardCountInSegments(Path streamDirectory) throws IOException {
        return new ShardCountFinder(new DiskStorage(FilesMode.DEFAULT), streamDirectory)
                .find()
                .orElse(0);
    }

    private ShardState openState() throws IOException {
        BootId boot = Procfs.bootId().map(BootId::parse).orElse(BootId.UNKNOWN);
        ReadOnlyState page = new ReadOnlyState(storage, boot, id, paths);
        try {
            ShardState found = page.open(segments);
            publishedEnd = Math.max(found.endOffset(), page.storedEnd());
            if (page.isProvisional()) {
                recoverAfterRestart(found);
            } else {
                describeUnfinished(found);
            }
            return found;
        } catch (CometException.Damaged e) {
            findings.add(new Finding(
                    paths.state(),
                    Cure.RECOVER,
                    "the state page is missing or damaged; it is rebuilt from the segments"));
            return fromSegments();
        }
    }

    private void recoverAfterRestart(ShardState found) {
        boolean clean = found.durableOffset() == publishedEnd && found.endOffset() == publishedEnd;
        if (!clean) {
            findings.add(new Finding(
                    paths.state(),
                    Cure.RECOVER,
                    "it was in use when the machine was restarted or this copy was made; whatever does not verify"
                            + " behind offset " + found.endOffset() + " is cut off"));
        }
    }

    private void describeUnfinished(ShardState found) {
        long holder = found.lockWord();
        boolean died = holder != 0 && !readers.seemsAlive(holder);
        if (died || (holder == 0 && found.writeLimit() > found.writePosition())) {
            findings.add(new Finding(
                    paths.state(),
                    Cure.RECOVER,
                    "a writer died in the middle of an append; what it left behind offset " + found.endOffset()
                            + " was never visible and is wiped"));
        }
        if (found.poison() != 0) {
            findings.add(new Finding(
                    paths.state(), Cure.RECOVER, "an fsync failed; the shard takes no entries until it was recovered"));
        }
    }

    private ShardState fromSegments() throws IOException {
        TailWalk kept = new TailWalk(segments);
        kept.fromSegments();
        publishedEnd = Math.max(kept.end(), endBehind(kept));
        endReason = Gap.Reason.DAMAGE;
        ShardState found = privatePage();
        long[] bases = segments.bases();
        found.startOffset(bases.length == 0 ? kept.end() : Math.min(firstKept(bases[0]), kept.end()));
        found.activeBase(kept.endBase());
        found.endOffset(kept.end());
        return found;
    }

    /// Where the entries ended that a rebuilt page cuts off because damage lies before them, as the last index slots
    /// tell. What they do not tell is named as a finding.
    private long endBehind(TailWalk kept) throws IOException {
        Segment last = kept.sealed() ? null : segments.acquire(kept.endBase()).orElse(null);
        if (last == null) {
            return kept.end();
        }
        try {
            if (!hasBytesBehind(last, kept.endPosition())) {
                return kept.end();
            }
            findings.add(new Finding(
                    last.path(),
                    Cure.RECOVER,
                    "damage at position " + kept.endPosition()
                            + " hides how offsets go on; without the state page what lies"
                            + " behind it is cut off, also what could be read: copy the directory first"));
            int slot = last.index().floorOffset(Long.MAX_VALUE, last.capacity());
            if (slot < 0) {
                return kept.end();
            }
            FrameWalker walker = new FrameWalker(
                    last,
                    last.index().position(slot),
                    last.baseOffset() + last.index().relativeOffset(slot),
                    last.capacity());
            while (walker.next()) {
                // To the last frame that verifies.
            }
            return walker.offset();
        } finally {
            last.release();
        }
    }

    private static boolean hasBytesBehind(Segment segment, int position) {
        MemorySegment memory = segment.memory();
        long zeros = memory.asSlice(position)
                .mismatch(MemorySegment.ofArray(new byte[(int) (memory.byteSize() - position)]));
        return zeros >= 0;
    }

    /// The oldest offset that is there, or that was lost and not expired: the first segment says what it follows.
    private long firstKept(long base) throws IOException {
        Segment first = segments.acquire(base).orElse(null);
        if (first == null) {
            return base;
        }
        first.release();
        return first.header().previousEnd();
    }

    @SuppressWarnings("MustBeClosedChecker") // handed over to the new object, whose close ends it
    private ShardState privatePage() {
        Arena arena = Arena.ofShared();
        MemorySegment memory = arena.allocate(ShardState.PAGE_BYTES, Long.BYTES);
        byte[] page = ShardState.initialPage(id.streamHash(), id.shard(), id.shardCount(), 0, BootId.UNKNOWN);
        MemorySegment.copy(page, 0, memory, ValueLayout.JAVA_BYTE, 0, page.length);
        return new ShardState(new MappedFile(memory, arena));
    }

    /// What is wrong with the files, the state page first.
    public List<Finding> findings() throws IOException {
        List<Finding> all = new ArrayList<>(findings);
        for (long base : segments.bases()) {
            Path path = paths.segment(base);
            if (isUsable(base)) {
                indexProblem(base).ifPresent(problem -> all.add(new Finding(paths.index(base), Cure.DELETE, problem)));
            } else {
                all.add(new Finding(
                        path, Cure.QUARANTINE, "its header is not one of this shard, so nothing in it can be read"));
            }
        }
        return all;
    }

    private boolean isUsable(long base) throws IOException {
        try {
            Optional<Segment> segment = segments.acquire(base);
            segment.ifPresent(Segment::release);
            return segment.isPresent();
        } catch (CometException.Damaged e) {
            // A link, or something else that is no file.
            return false;
        }
    }

    private Optional<String> indexProblem(long base) throws IOException {
        Path path = paths.index(base);
        Storage.FileKind kind = storage.kind(path);
        if (kind == Storage.FileKind.ABSENT) {
            // Made again when next needed; that is no damage.
            return Optional.empty();
        }
        if (kind != Storage.FileKind.REGULAR) {
            return Optional.of("it is no regular file");
        }
        Segment segment = segments.acquire(base).orElse(null);
        if (segment == null) {
            return Optional.empty();
        }
        try (var file = storage.open(path, Storage.Access.READ)) {
            int expected = IndexDescriptor.indexBytes(segment.capacity());
            if (file.size() != expected) {
                return Optional.of("it has " + file.size() + " bytes instead of " + expected);
            }
            byte[] bytes = new byte[expected];
            int _ = file.read(0, bytes, 0, expected);
            MemorySegment slots = MemorySegment.ofArray(bytes);
            for (int slot = 0; slot < expected / IndexDescriptor.SLOT_LENGTH; slot++) {
                if (!IndexDescriptor.isEmpty(slots, slot) && !IndexDescriptor.isValid(slots, slot, segment.nonce())) {
                    return Optional.of("slot " + slot + " does not verify");
                }
            }
            return Optional.empty();
        } finally {
            segment.release();
        }
    }

    /// The offsets that no reader will ever be given, but for those that retention deleted, in order.
    public List<Gap> lost() {
        List<Gap> lost = new ArrayList<>();
        ShardReader reader = new ShardReader(new ShardView(id, paths, storage, state, segments));
        reader.seek(Math.min(state.startOffset(), state.endOffset()));
        int read;
        do {
            long before = reader.nextOffset();
            read = reader.scan(1 << 20, Verify.CRC, (offset, time, memory, position, length) -> true, gap -> {
                if (gap.reason() != Gap.Reason.RETENTION) {
                    lost.add(gap);
                }
            });
            read += reader.nextOffset() > before ? 1 : 0;
        } while (read > 0);
        if (publishedEnd > state.endOffset()) {
            lost.add(new Gap(id.stream(), id.shard(), state.endOffset(), publishedEnd, endReason));
        }
        return lost;
    }

    @Override
    public void close() {
        segments.close();
        state.close();
    }
}
