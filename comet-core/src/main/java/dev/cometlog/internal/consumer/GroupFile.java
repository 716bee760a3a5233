package dev.cometlog.internal.consumer;

import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.storage.MappedFile;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/// A flyweight over a group's mapped file, whose layout [GroupDescriptor] draws. Every word has one writer rule:
///
/// | word | written by | access |
/// |---|---|---|
/// | identity | the creator, before the file gets its name; whoever finds it damaged writes the same bytes | plain |
/// | member's incarnation | CAS 0 → me, dead → me, me → 0 | CAS / acquire |
/// | member's kind | that member, right after its incarnation | release / acquire |
/// | ack | holder of the lease: CAS | CAS / acquire |
/// | lease | CAS 0 → me, dead → me; me → 0 after the last ack under it | CAS / acquire |
/// | lease of shard 0 | the same; me → deleted by who holds every lease | CAS / acquire |
/// | holder | holder of the lease; says which member it is | release / acquire |
/// | wish | CAS 0 → me, dead → me, me → 0 | CAS / acquire |
/// | counters, last ack | holder of the lease | release / acquire |
/// | first word of each page | also whoever forces the file: adds 0 | atomic |
///
/// Members are called by their place in the table from 1 on, in `holder` and `wish`; 0 is nobody.
final class GroupFile {
    /// What is counted for each shard, in the word of its number; the numbers are part of the format.
    enum Counter {
        ACKED(0),
        SKIPPED(1),
        DEAD_LETTERED(2),
        GAPS(3),
        LAST_ACK_MICROS(4),
        // From here on in the shard's second part, which counts from 0 again.
        RETENTION_GAPS(HISTORY),
        DROP_GAPS(HISTORY + 1),
        DAMAGE_GAPS(HISTORY + 2),
        POWER_LOSS_GAPS(HISTORY + 3),
        /// Times that a handler threw.
        FAILURES(HISTORY + 4);

        private final int word;

        Counter(int word) {
            this.word = word;
        }
    }

    private static final int HISTORY = 5;

    private static final VarHandle LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle INT =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final StorageFile file;
    private final MappedFile mapped;
    private final int shards;
    private final MemorySegment memory;

    GroupFile(StorageFile file, MappedFile mapped, int shards) {
        this.file = file;
        this.shards = shards;
        this.mapped = mapped;
        this.memory = mapped.memory();
    }

    /// The offset below which everything is acknowledged; empty if the word is damaged.
    OptionalLong acked(int shard) {
        return GroupDescriptor.acked(ackWord(shard));
    }

    long ackWord(int shard) {
        return getLong(GroupDescriptor.ackField(shard));
    }

    boolean casAckWord(int shard, long expected, long word) {
        return LONG.compareAndSet(memory, (long) GroupDescriptor.ackField(shard), expected, word);
    }

    /// The incarnation that reads the shard, or 0.
    long lease(int shard) {
        return getLong(GroupDescriptor.leaseField(shard));
    }

    boolean casLease(int shard, long expected, long incarnation) {
        return LONG.compareAndSet(memory, (long) GroupDescriptor.leaseField(shard), expected, incarnation);
    }

    /// Whether the group was deleted, and this file has lost its name or is about to.
    boolean isDeleted() {
        return lease(0) == GroupDescriptor.DELETED;
    }

    static boolean isMarked(MemorySegment memory) {
        return (long) LONG.getAcquire(memory, (long) GroupDescriptor.leaseField(0)) == GroupDescriptor.DELETED;
    }

    /// Called by who holds every lease.
    void markDeleted(long self) {
        if (!casLease(0, self, GroupDescriptor.DELETED)) {
            throw new IllegalStateException("the lease of shard 0 is not held");
        }
    }

    /// Which member reads the shard. Means something only while the lease is held.
    int holder(int shard) {
        return getInt(GroupDescriptor.holderField(shard));
    }

    void holder(int shard, int member) {
        INT.setRelease(memory, (long) GroupDescriptor.holderField(shard), member);
    }

    /// Which member wants to read the shard next; negated if whoever has it must give it up.
    int wish(int shard) {
        return getInt(GroupDescriptor.wishField(shard));
    }

    boolean casWish(int shard, int expected, int member) {
        return INT.compareAndSet(memory, (long) GroupDescriptor.wishField(shard), expected, member);
    }

    long memberIncarnation(int member) {
        return getLong(GroupDescriptor.incarnationField(member - 1));
    }

    boolean casMemberIncarnation(int member, long expected, long incarnation) {
        return LONG.compareAndSet(memory, (long) GroupDescriptor.incarnationField(member - 1), expected, incarnation);
    }

    long memberKind(int member) {
        return getLong(GroupDescriptor.kindField(member - 1));
    }

    void memberKind(int member, long kind) {
        LONG.setRelease(memory, (long) GroupDescriptor.kindField(member - 1), kind);
    }

    long counter(int shard, Counter counter) {
        int field = field(shard, counter);
        // A reader maps no more of the file than there is.
        return field < memory.byteSize() ? getLong(field) : 0;
    }

    private int field(int shard, Counter counter) {
        return counter.word < HISTORY
                ? GroupDescriptor.counterField(shard, counter.word)
                : GroupDescriptor.historyField(shards, shard, counter.word - HISTORY);
    }

    void add(int shard, Counter counter, long amount) {
        set(shard, counter, counter(shard, counter) + amount);
    }

    void set(int shard, Counter counter, long value) {
        LONG.setRelease(memory, (long) field(shard, counter), value);
    }

    /// Makes the acks so far survive power loss, also those that a force of another process failed for.
    void force() throws IOException {
        if (!memory.isReadOnly()) {
            file.makeDirty(mapped);
        }
        file.force();
    }

    /// Ends the mapping; any later access throws `IllegalStateException`.
    void close() throws IOException {
        mapped.close();
        file.close();
    }

    private long getLong(int field) {
        return (long) LONG.getAcquire(memory, (long) field);
    }

    private int getInt(int field) {
        return (int) INT.getAcquire(memory, (long) field);
    }
}
