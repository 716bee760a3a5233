package dev.cometlog.internal.log;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// What Flight Recorder is told. Every event belongs to something that takes a system call anyway: the append
/// path has none, and nothing is written while no recording wants it.
///
/// The first event of a JVM sets much of the recorder up, which takes a tenth of a second and more, and may happen
/// inside a shard's lock. So none is made before somebody uses the recorder: then there is something to tell.
final class Events {
    private Events() {}

    /// Whether the recorder was ever used in this JVM.
    static boolean areWanted() {
        return FlightRecorder.isInitialized();
    }

    /// What all events have in common.
    @Category("Comet")
    @StackTrace(false)
    abstract static class OfShard extends Event {
        @Label("Shard")
        String shard = "";

        final void commit(ShardId id) {
            end();
            if (shouldCommit()) {
                shard = id.toString();
                commit();
            }
        }
    }

    /// See [ShardCounters.Counter#STALLS].
    @Name("dev.cometlog.AppendStall")
    @Label("Append Stall")
    @Description("An append waited for a segment, for room or for offsets")
    static final class AppendStall extends OfShard {
        @Label("Waited For")
        String reason = "";
    }

    @Name("dev.cometlog.Roll")
    @Label("Segment Roll")
    @Description("Another segment became the active one")
    static final class Roll extends OfShard {
        @Label("Base Offset")
        long baseOffset;

        @Label("Capacity")
        @DataAmount
        long capacity;
    }

    @Name("dev.cometlog.Sync")
    @Label("Sync")
    @Description("What was appended to a shard was forced to the device")
    static final class Sync extends OfShard {
        @Label("Durable Offset")
        long durableOffset;

        @Label("Entries")
        long entries;

        @Label("Failed")
        boolean failed;
    }

    @Name("dev.cometlog.Recovery")
    @Label("Recovery")
    @Description("It was decided what of a shard still holds, on its first use after all processes were gone")
    static final class Recovery extends OfShard {
        @Label("State Lost")
        boolean stateLost;

        @Label("Start Offset")
        long startOffset;

        @Label("End Offset")
        long endOffset;
    }

    @Name("dev.cometlog.Retention")
    @Label("Retention")
    @Description("Segments of a shard were deleted")
    static final class Retention extends OfShard {
        @Label("Segments")
        int segments;

        @Label("Bytes")
        @DataAmount
        long bytes;

        @Label("Expired")
        @Description("Entries that every group had read, or that nothing protected")
        long expired;

        @Label("Dropped")
        @Description("Entries that a group had not read yet")
        long dropped;
    }

    @Name("dev.cometlog.Damage")
    @Label("Damage")
    @Description("Entries were found damaged for the first time")
    static final class Damage extends OfShard {
        @Label("From Offset")
        long from;

        @Label("To Offset")
        @Description("The first one that is intact again")
        long to;
    }

    @Name("dev.cometlog.TakeOver")
    @Label("Lock Take-Over")
    @Description("A shard was repaired, because its last holder died or failed inside")
    static final class TakeOver extends OfShard {
        @Label("End Offset")
        long endOffset;
    }
}
