package dev.cometlog.internal.log;

import dev.cometlog.internal.format.Checkpoint;
import dev.cometlog.internal.format.LittleEndian;
import dev.cometlog.internal.storage.KillPoint;
import dev.cometlog.internal.storage.MappedFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.LongPredicate;

/// A flyweight over a shard's state page: what all processes share about the shard.
///
///        0  +---------------------------------------------------------------------------+
///           | magic 8 | version 4 | shard 4 | shard count 4 | crc 4 | stream hash 8     | identity
///       64  | epoch 8 | boot id 16 | file id 8                                          | trust
///      128  | lock word 8                                                               | who writes
///      192  | end offset 8                                                              | what is visible
///      256  | write position | write limit | last timestamp | active base | generation  |
///           | append limit | start offset | prepared nonce | next base | retain start,  | under the lock word
///           | retain expired, retain dropped | rewrites | dropped end                   |
///      384  | poison | sync claim | prepare claim | prepare bytes | durable offset      | claims
///      512  | checkpoint slot 0                                                         | a sector each
///     1024  | checkpoint slot 1                                                         |
///     1536  | counters, 8 bytes each, see [ShardCounters]                               |
///     2048  | damaged ranges, see [DamageTable]                                         | what happened
///     2560  | how long syncs took, see [SyncTimes]                                      |
///     4096  +---------------------------------------------------------------------------+
///
/// The page is derived: losing it loses no entry. It is trusted only in the epoch it names; in any other,
/// recovery decides what of it still holds. Every word has one writer rule:
///
/// | word | written by | access |
/// |---|---|---|
/// | identity | the creator, before the page gets its name | plain |
/// | epoch | recovery, last of all | release / acquire |
/// | boot id, file id | recovery, before the epoch | plain |
/// | lock word | CAS 0 → me, dead → me, me → 0 | CAS / acquire |
/// | end offset | holder of the lock word: the publication point of appends | release / acquire |
/// | write position, write limit, last timestamp | holder | plain, release for readers' snapshots |
/// | active base | holder, before the generation | release / acquire |
/// | generation | holder, last step of a roll | release / acquire |
/// | append limit | holder, once a checkpoint with that reserved end is durable | release / acquire |
/// | start offset | holder, before anything is unlinked | release / acquire |
/// | retain start, expired, dropped | holder: what start offset and counters become; start last | release / acquire |
/// | dropped end | holder, before the counter of what was dropped | release / acquire |
/// | rewrites | holder, behind the rename of each copy and before the generation | release / acquire |
/// | prepared nonce | preparer: CAS 0 → nonce; holder: → 0 | CAS / acquire |
/// | next base | recovery; holder: → 0 in the roll that obeys it | release / acquire |
/// | poison | who saw an fsync fail: CAS 0 → me; a superseded holder: me; the cure: CAS → 0 | CAS / acquire |
/// | sync, prepare claim | CAS 0 → me, dead → me, me → 0 | CAS / acquire |
/// | durable offset | holder of the sync claim, after the slot | release / acquire |
/// | checkpoint slots | holder of the lock word, alternately | plain, checksummed |
/// | counters | holder where only appends count, else atomic add | plain / atomic |
/// | damaged ranges | who meets one: CAS 0 → range, CAS → 0 below the start offset | CAS / acquire |
/// | sync times | whoever synced: atomic add | atomic / acquire |
public final class ShardState {
    public static final int PAGE_BYTES = 4096;

    private static final int EPOCH_FIELD = 64;
    private static final int BOOT_ID_FIELD = EPOCH_FIELD + Long.BYTES;
    private static final int FILE_ID_FIELD = BOOT_ID_FIELD + 2 * Long.BYTES;
    private static final int LOCK_WORD_FIELD = 128;
    private static final int END_OFFSET_FIELD = 192;
    private static final int WRITE_POSITION_FIELD = 256;
    private static final int WRITE_LIMIT_FIELD = WRITE_POSITION_FIELD + Long.BYTES;
    private static final int LAST_TIMESTAMP_FIELD = WRITE_LIMIT_FIELD + Long.BYTES;
    private static final int ACTIVE_BASE_FIELD = LAST_TIMESTAMP_FIELD + Long.BYTES;
    private static final int GENERATION_FIELD = ACTIVE_BASE_FIELD + Long.BYTES;
    private static final int APPEND_LIMIT_FIELD = GENERATION_FIELD + Long.BYTES;
    private static final int START_OFFSET_FIELD = APPEND_LIMIT_FIELD + Long.BYTES;
    private static final int PREPARED_NONCE_FIELD = START_OFFSET_FIELD + Long.BYTES;
    private static final int NEXT_BASE_FIELD = PREPARED_NONCE_FIELD + Long.BYTES;
    private static final int RETAIN_START_FIELD = NEXT_BASE_FIELD + Long.BYTES;
    private static final int RETAIN_EXPIRED_FIELD = RETAIN_START_FIELD + Long.BYTES;
    private static final int RETAIN_DROPPED_FIELD = RETAIN_EXPIRED_FIELD + Long.BYTES;
    private static final int REWRITES_FIELD = RETAIN_DROPPED_FIELD + Long.BYTES;
    private static final int DROPPED_END_FIELD = REWRITES_FIELD + Long.BYTES;
    private static final int POISON_FIELD = 384;
    private static final int SYNC_CLAIM_FIELD = POISON_FIELD + Long.BYTES;
    private static final int PREPARE_CLAIM_FIELD = SYNC_CLAIM_FIELD + Long.BYTES;
    private static final int PREPARE_BYTES_FIELD = PREPARE_CLAIM_FIELD + Long.BYTES;
    private static final int DURABLE_OFFSET_FIELD = PREPARE_BYTES_FIELD + Long.BYTES;
    private static final int SLOT_FIELD = 512;
    private static final int SLOT_STRIDE = 512;
    private static final int COUNTERS_FIELD = 1536;
    private static final int DAMAGE_FIELD = 2048;
    private static final int SYNC_TIMES_FIELD = DAMAGE_FIELD + DamageTable.PLACES * Long.BYTES;

    /// No active segment yet.
    public static final long NO_SEGMENT = Checkpoint.NO_SEGMENT;

    private static final VarHandle LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MappedFile file;
    private final MemorySegment page;
    private final ShardCounters counters;

    public ShardState(MappedFile file) {
        this.file = file;
        this.page = file.memory();
        this.counters = new ShardCounters(page, COUNTERS_FIELD);
    }

    /// The content of a new shard's page.
    static byte[] initialPage(long streamHash, int shard, int shardCount, long epoch, BootId boot) {
        byte[] bytes = new byte[PAGE_BYTES];
        StateIdentity.put(bytes, streamHash, shard, shardCount);
        LittleEndian.putLong(bytes, EPOCH_FIELD, epoch);
        LittleEndian.putLong(bytes, BOOT_ID_FIELD, boot.high());
        LittleEndian.putLong(bytes, BOOT_ID_FIELD + Long.BYTES, boot.low());
        LittleEndian.putLong(bytes, ACTIVE_BASE_FIELD, NO_SEGMENT);
        byte[] slot = Checkpoint.FIRST.encode();
        System.arraycopy(slot, 0, bytes, slotField(Checkpoint.FIRST.sequence()), slot.length);
        return bytes;
    }

    /// The page as it is now in memory of its own: what is changed there, nobody else sees.
    ShardState privateCopy() {
        return new ShardState(file.privateCopy());
    }

    /// Whether the page is an intact one of this shard.
    public boolean isIntact(long streamHash, int shard, int shardCount) {
        return page.byteSize() >= PAGE_BYTES && StateIdentity.isOf(page, streamHash, shard, shardCount);
    }

    public long epoch() {
        return acquire(EPOCH_FIELD);
    }

    void epoch(long epoch) {
        release(EPOCH_FIELD, epoch);
    }

    BootId bootId() {
        return new BootId(plain(BOOT_ID_FIELD), plain(BOOT_ID_FIELD + Long.BYTES));
    }

    void bootId(BootId id) {
        plain(BOOT_ID_FIELD, id.high());
        plain(BOOT_ID_FIELD + Long.BYTES, id.low());
    }

    /// The [dev.cometlog.internal.storage.Storage#fileId] of this page when it was last recovered: another one tells a
    /// copy. 0 for unknown.
    long fileId() {
        return plain(FILE_ID_FIELD);
    }

    void fileId(long id) {
        plain(FILE_ID_FIELD, id);
    }

    public long lockWord() {
        return acquire(LOCK_WORD_FIELD);
    }

    boolean casLockWord(long expected, long incarnation) {
        return cas(LOCK_WORD_FIELD, expected, incarnation);
    }

    void lockWord(long word) {
        release(LOCK_WORD_FIELD, word);
    }

    /// The next offset to be assigned; every byte of what is below it is visible to who reads this.
    public long endOffset() {
        return acquire(END_OFFSET_FIELD);
    }

    /// The end offset as the holder of the lock word sees it.
    long endOffsetPlain() {
        return plain(END_OFFSET_FIELD);
    }

    void endOffset(long offset) {
        release(END_OFFSET_FIELD, offset);
    }

    public long writePosition() {
        return acquire(WRITE_POSITION_FIELD);
    }

    void writePosition(long position) {
        plain(WRITE_POSITION_FIELD, position);
    }

    public long writeLimit() {
        return plain(WRITE_LIMIT_FIELD);
    }

    /// Announces that bytes up to `position` may be written, before the first of them is.
    void writeLimit(long position) {
        plain(WRITE_LIMIT_FIELD, position);
        VarHandle.storeStoreFence();
    }

    public long lastTimestamp() {
        return plain(LAST_TIMESTAMP_FIELD);
    }

    void lastTimestamp(long micros) {
        plain(LAST_TIMESTAMP_FIELD, micros);
    }

    public long activeBase() {
        return acquire(ACTIVE_BASE_FIELD);
    }

    void activeBase(long offset) {
        release(ACTIVE_BASE_FIELD, offset);
    }

    public long generation() {
        return acquire(GENERATION_FIELD);
    }

    void generation(long generation) {
        release(GENERATION_FIELD, generation);
    }

    /// Appends must stay below it: the reserved end of a checkpoint that is durable.
    long appendLimit() {
        return acquire(APPEND_LIMIT_FIELD);
    }

    void appendLimit(long offset) {
        release(APPEND_LIMIT_FIELD, offset);
    }

    /// The oldest offset that is kept.
    public long startOffset() {
        return acquire(START_OFFSET_FIELD);
    }

    void startOffset(long offset) {
        release(START_OFFSET_FIELD, offset);
    }

    /// Moves the start offset and counts what that deletes, all or nothing whenever the caller dies: the new
    /// values are announced first, and the next repair finishes. Called by the holder of the lock word.
    void retain(long start, long expired, long dropped) {
        release(RETAIN_EXPIRED_FIELD, counters.get(ShardCounters.Counter.EXPIRED) + expired);
        release(RETAIN_DROPPED_FIELD, counters.get(ShardCounters.Counter.DROPPED) + dropped);
        release(RETAIN_START_FIELD, start);
        if (KillPoint.ENABLED) {
            KillPoint.RETAIN_ANNOUNCED.reached();
        }
        finishRetain();
    }

    /// Finishes a move of the start offset that was announced. Called by the holder of the lock word.
    void finishRetain() {
        long start = acquire(RETAIN_START_FIELD);
        if (start < 0 || start > endOffset()) {
            // Never announced: what is deleted lies below the end.
            release(RETAIN_START_FIELD, 0);
        } else if (start != 0) {
            long dropped = acquire(RETAIN_DROPPED_FIELD);
            if (dropped > counters.get(ShardCounters.Counter.DROPPED)) {
                release(DROPPED_END_FIELD, start);
            }
            counters.set(ShardCounters.Counter.EXPIRED, acquire(RETAIN_EXPIRED_FIELD));
            counters.set(ShardCounters.Counter.DROPPED, dropped);
            if (KillPoint.ENABLED) {
                KillPoint.RETAIN_COUNTED.reached();
            }
            startOffset(Math.max(start, startOffset()));
            release(RETAIN_START_FIELD, 0);
        }
    }

    /// The start offset to which a deletion moved it last that some group had not read; 0 if none did.
    public long droppedEnd() {
        return acquire(DROPPED_END_FIELD);
    }

    /// How often a segment file was replaced by a copy of it: who mapped one before that maps it again.
    long rewrites() {
        return acquire(REWRITES_FIELD);
    }

    void rewrites(long count) {
        release(REWRITES_FIELD, count);
    }

    /// Forgets a move of the start offset that was announced, if it cannot be.
    void dropRetain(LongPredicate impossible) {
        long start = acquire(RETAIN_START_FIELD);
        if (start != 0 && impossible.test(start)) {
            release(RETAIN_START_FIELD, 0);
        }
    }

    long preparedNonce() {
        return acquire(PREPARED_NONCE_FIELD);
    }

    boolean casPreparedNonce(long expected, long nonce) {
        return cas(PREPARED_NONCE_FIELD, expected, nonce);
    }

    /// Where the next segment must start if offsets have to be jumped over; not above the end offset otherwise.
    long nextBase() {
        return acquire(NEXT_BASE_FIELD);
    }

    void nextBase(long offset) {
        release(NEXT_BASE_FIELD, offset);
    }

    /// Not 0 once an fsync of this shard failed: the incarnation that saw it.
    public long poison() {
        return acquire(POISON_FIELD);
    }

    /// Whatever stood there: who sees something new to fear must not be healed by who knows of the old alone.
    void poison(long incarnation) {
        release(POISON_FIELD, incarnation);
    }

    boolean casPoison(long expected, long incarnation) {
        return cas(POISON_FIELD, expected, incarnation);
    }

    public long syncClaim() {
        return acquire(SYNC_CLAIM_FIELD);
    }

    boolean casSyncClaim(long expected, long incarnation) {
        return cas(SYNC_CLAIM_FIELD, expected, incarnation);
    }

    public long prepareClaim() {
        return acquire(PREPARE_CLAIM_FIELD);
    }

    boolean casPrepareClaim(long expected, long incarnation) {
        return cas(PREPARE_CLAIM_FIELD, expected, incarnation);
    }

    /// The size that the next segment should have.
    long prepareBytes() {
        return plain(PREPARE_BYTES_FIELD);
    }

    void prepareBytes(long bytes) {
        plain(PREPARE_BYTES_FIELD, bytes);
    }

    /// Everything below it survives power loss.
    public long durableOffset() {
        return acquire(DURABLE_OFFSET_FIELD);
    }

    void durableOffset(long offset) {
        release(DURABLE_OFFSET_FIELD, offset);
    }

    /// The checkpoint in force, or empty if no slot is intact.
    Optional<Checkpoint> checkpoint() {
        Optional<Checkpoint> even = Checkpoint.decode(page, slotField(0));
        Optional<Checkpoint> odd = Checkpoint.decode(page, slotField(1));
        if (even.isEmpty() || odd.isEmpty()) {
            return even.or(() -> odd);
        }
        return even.get().sequence() > odd.get().sequence() ? even : odd;
    }

    /// What one of the two checkpoint slots holds, or empty if it is torn or was never written.
    public Optional<Checkpoint> slot(int slot) {
        return Checkpoint.decode(page, slotField(slot));
    }

    /// Writes a checkpoint over the older slot. Called by the holder of the lock word.
    void checkpoint(Checkpoint checkpoint) {
        byte[] bytes = checkpoint.encode();
        MemorySegment.copy(bytes, 0, page, ValueLayout.JAVA_BYTE, slotField(checkpoint.sequence()), bytes.length);
    }

    private static int slotField(long sequence) {
        return SLOT_FIELD + (int) (sequence & 1) * SLOT_STRIDE;
    }

    /// The damaged ranges that were met.
    DamageTable damage() {
        return new DamageTable(page, DAMAGE_FIELD);
    }

    /// What is counted.
    public ShardCounters counters() {
        return counters;
    }

    /// How long syncs took.
    SyncTimes syncTimes() {
        return new SyncTimes(page, SYNC_TIMES_FIELD);
    }

    /// Whether this is the page itself and may be written, and no reader's view or copy of it.
    boolean isShared() {
        return page.isMapped() && !page.isReadOnly();
    }

    /// Ends the mapping; any later access throws `IllegalStateException`.
    void close() {
        file.close();
    }

    private long plain(int field) {
        return (long) LONG.get(page, (long) field);
    }

    private void plain(int field, long value) {
        LONG.set(page, (long) field, value);
    }

    private long acquire(int field) {
        return (long) LONG.getAcquire(page, (long) field);
    }

    private void release(int field, long value) {
        LONG.setRelease(page, (long) field, value);
    }

    private boolean cas(int field, long expected, long value) {
        return LONG.compareAndSet(page, (long) field, expected, value);
    }
}
