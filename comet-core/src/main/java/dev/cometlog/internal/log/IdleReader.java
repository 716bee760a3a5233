package dev.cometlog.internal.log;

import dev.cometlog.EntryVisitor;
import dev.cometlog.GapVisitor;
import dev.cometlog.Verify;
import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The reader of a shard's last scan, for the next one: its buffers are most of what a scan would allocate. Whoever
/// scans at the same time, or from a visitor, makes a reader of his own. Thread-safe; memory that is needed elsewhere
/// is given back.
public final class IdleReader {
    private final AtomicReference<@Nullable Kept> idle = new AtomicReference<>();

    /// A reader, with the reference that it was kept by: to keep it again makes no object.
    private static final class Kept extends SoftReference<ShardReader> {
        private Kept(ShardReader reader) {
            super(reader);
        }
    }

    /// One scan from offset `from` on; like [ShardReader#scan].
    ///
    /// @return the offset to go on from
    public long scan(ShardView view, long from, Verify verify, EntryVisitor visitor, GapVisitor gaps) {
        Kept kept = idle.getAndSet(null);
        ShardReader reader = kept == null ? null : kept.get();
        if (kept == null || reader == null || !reader.isOf(view)) {
            reader = new ShardReader(view);
            kept = new Kept(reader);
        }
        reader.restart(from);
        int _ = reader.scan(Integer.MAX_VALUE, verify, visitor, gaps);
        long next = reader.nextOffset();
        // Not if something was thrown: a reader that an error left half-way is not to be believed.
        idle.set(kept);
        return next;
    }
}
