package dev.cometlog.systemtests;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.log.ShardState;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.internal.storage.FilesMode;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/// Makes a shard whose only process was killed look as if the machine had lost power: its state page is of another
/// boot, and a page of what was not forced is as it was before it was written.
final class PowerLoss {
    private static final int PAGE = 4096;

    /// Where the state page has its boot id, see FORMAT.md.
    private static final int BOOT_ID_POSITION = 72;

    private PowerLoss() {}

    /// Returns the durable offset, below which nothing may be lost.
    static long pretend(Path shard, Random random) throws IOException {
        Path page = shard.resolve("state");
        long durable;
        try (StorageFile file = new DiskStorage(FilesMode.DEFAULT).open(page, Storage.Access.WRITE);
                MappedFile mapped = file.map(ShardState.PAGE_BYTES, true)) {
            ShardState state = new ShardState(mapped);
            durable = state.durableOffset();
            losePage(shard, state, random);
        }
        try (FileChannel file = FileChannel.open(page, StandardOpenOption.WRITE)) {
            ByteBuffer boot = ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(random.nextLong())
                    .putLong(random.nextLong())
                    .flip();
            int _ = file.write(boot, BOOT_ID_POSITION);
        }
        return durable;
    }

    private static void losePage(Path shard, ShardState state, Random random) throws IOException {
        Optional<Checkpoint> newest = Stream.of(0, 1)
                .flatMap(slot -> state.slot(slot).stream())
                .max(Comparator.comparingLong(Checkpoint::sequence));
        long base = state.activeBase();
        // The first page has the header, which is forced with the first sync of the segment.
        long from = newest.filter(checkpoint -> checkpoint.segmentBase() == base)
                .map(Checkpoint::position)
                .orElse((long) PAGE);
        long to = state.writePosition();
        if (from >= to) {
            return;
        }
        long at = random.nextLong(from, to);
        long begin = Math.max(from, at / PAGE * PAGE);
        long end = Math.min(to, (at / PAGE + 1) * PAGE);
        Path segment = shard.resolve(String.format(Locale.ROOT, "%020d.log", base));
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            int _ = file.write(ByteBuffer.allocate((int) (end - begin)), begin);
        }
    }
}
