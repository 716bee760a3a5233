package dev.cometlog;

import static java.util.Objects.requireNonNull;

import dev.cometlog.internal.format.StreamName;
import dev.cometlog.internal.log.IdleReader;
import dev.cometlog.internal.log.LogStream;
import dev.cometlog.internal.log.SegmentTimes;
import dev.cometlog.internal.log.Shard;
import dev.cometlog.internal.log.ShardView;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One ordered sequence of entries. Thread-safe; appends and scans allocate nothing.
///
/// On return from an append the entries are in the page cache: they survive this process, not the machine.
/// [#sync()] makes them survive both. What an append throws besides the exceptions of its arguments:
/// [CometException.ShardBusy], [CometException.LogFull], [CometException.DiskFull], [CometException.Poisoned],
/// [CometException.EntryTooLarge], [CometException.ReadOnly] and [CometException.Closed]. It changed nothing then.
public final class CometShard {
    private final Comet comet;
    private final LogStream stream;
    private final int number;
    private final IdleReader idleReader = new IdleReader();

    /// Set once the shard was opened for writing; stays the same then, so a race does no harm.
    private @Nullable Shard open;

    CometShard(Comet comet, LogStream stream, int number) {
        this.comet = comet;
        this.stream = stream;
        this.number = number;
    }

    /// Such as `events:v1:shard:0007`.
    public String name() {
        return StreamName.ofShard(stream.name(), number);
    }

    String streamName() {
        return stream.name();
    }

    int number() {
        return number;
    }

    /// Appends an entry and returns its offset.
    public long append(byte[] payload) {
        requireNonNull(payload, "payload");
        return append(payload, 0, payload.length);
    }

    /// Appends an entry of `length` bytes from index `from` on and returns its offset.
    public long append(byte[] bytes, int from, int length) {
        Objects.checkFromIndexSize(from, length, requireNonNull(bytes, "bytes").length);
        try {
            checkBeforeOpen(length);
            return shard(1).append(bytes, from, length);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Appends an entry of the buffer's remaining bytes, whose position stays, and returns its offset.
    public long append(ByteBuffer payload) {
        requireNonNull(payload, "payload");
        try {
            checkBeforeOpen(payload.remaining());
            return shard(1).append(payload);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Appends an entry of all bytes of `payload` and returns its offset.
    public long append(MemorySegment payload) {
        requireNonNull(payload, "payload");
        try {
            checkBeforeOpen(payload.byteSize());
            return shard(1).append(payload);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Appends entries as one batch, which readers see all at once or not at all, and returns the first's
    /// offset; the others follow one by one.
    ///
    /// @throws IllegalArgumentException if there is none
    public long append(List<byte[]> payloads) {
        checkBatch(payloads);
        try {
            if (open == null) {
                comet.checkOpen();
                stream.settings().checkBatch(payloads);
            }
            return shard(payloads.size()).appendBatch(payloads);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// Refuses what no shard takes as a batch.
    static void checkBatch(List<byte[]> payloads) {
        if (requireNonNull(payloads, "payloads").isEmpty()) {
            throw new IllegalArgumentException("payloads must not be empty: a batch has at least one entry");
        }
        for (int i = 0; i < payloads.size(); i++) {
            if (payloads.get(i) == null) {
                throw new NullPointerException("payloads[" + i + "]");
            }
        }
    }

    /// Refuses an entry that is too large before its shard is made.
    private void checkBeforeOpen(long entryBytes) {
        if (open == null) {
            comet.checkOpen();
            stream.settings().checkEntry(entryBytes);
        }
    }

    /// The shard, for an append of so many entries.
    private Shard shard(int entries) {
        comet.checkOpen();
        Shard shard = open;
        if (shard == null) {
            shard = stream.shardForAppend(number, entries);
            open = shard;
        }
        return shard;
    }

    /// Returns once everything appended before, by any process, survives power loss.
    ///
    /// @throws CometException.ShardBusy if another process has been in the middle of one sync of this shard for
    ///     longer than `appendTimeout`; what was appended is as safe as before
    /// @throws CometException.Poisoned if forcing the data failed, here or in another process
    public void sync() {
        try {
            comet.checkOpen();
            stream.shard(number).sync();
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// How many entries are kept.
    public long length() {
        return ask(view -> view.state().endOffset() - view.state().startOffset());
    }

    /// The oldest offset that is kept.
    public long startOffset() {
        return ask(view -> view.state().startOffset());
    }

    /// The next offset to be assigned.
    public long endOffset() {
        return ask(view -> view.state().endOffset());
    }

    /// Below it everything survives power loss.
    public long durableOffset() {
        return ask(view -> view.state().durableOffset());
    }

    /// A question to the shard's files, which are answered with 0 while there are none.
    @FunctionalInterface
    private interface Question {
        long ask(ShardView view);
    }

    private long ask(Question question) {
        try {
            Optional<ShardView> view = view();
            return view.isPresent() ? question.ask(view.get()) : 0;
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    private Optional<ShardView> view() {
        comet.checkOpen();
        return stream.view(number);
    }

    /// The newest `n` entries at most, oldest first. Damaged ones are left out.
    public List<Entry> recent(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("n must not be negative: n=" + n);
        }
        List<Entry> entries = new ArrayList<>();
        long from = n == 0 ? endOffset() : ask(view -> new SegmentTimes(view).recentStart(n));
        long _ = scan(from, (offset, timestampMicros, memory, position, length) -> {
            EntryId id = new EntryId(streamName(), number, offset);
            entries.add(OwnedEntry.copyOf(id, timestampMicros, memory, position, length));
            return entries.size() < n;
        });
        return List.copyOf(entries);
    }

    /// Visits the entries from offset `from` to the present end, checksums verified. Gaps are passed over; the
    /// offsets tell.
    ///
    /// @return the offset to go on from
    public long scan(long from, EntryVisitor visitor) {
        return scan(from, Verify.CRC, visitor, GapVisitor.ignore());
    }

    /// Visits the entries from offset `from` to the present end, or until the visitor returns false.
    ///
    /// @param gaps is told of what cannot be visited, in its place in the order
    /// @return the offset to go on from
    public long scan(long from, Verify verify, EntryVisitor visitor, GapVisitor gaps) {
        requireNonNull(verify, "verify");
        requireNonNull(visitor, "visitor");
        requireNonNull(gaps, "gaps");
        if (from < 0) {
            throw new IllegalArgumentException("from must not be negative: from=" + from);
        }
        comet.checkOpen();
        Optional<ShardView> view = view();
        if (view.isEmpty()) {
            return from;
        }
        try {
            return idleReader.scan(view.get(), from, verify, visitor, gaps);
        } catch (IllegalStateException e) {
            throw comet.explained(e);
        }
    }

    /// The offset of the first entry that was appended at `time` or later; the end offset if there is none.
    public long offsetAt(Instant time) {
        requireNonNull(time, "time");
        return ask(view -> new SegmentTimes(view).offsetAt(time));
    }

    @Override
    public String toString() {
        return name();
    }
}
