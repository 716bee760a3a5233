package dev.cometlog.internal.consumer;

import dev.cometlog.FuzzedLog;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.format.LittleEndian;
import java.util.Map;
import java.util.TreeMap;

/// Seeds of group files: one as it is made, and one patch of each kind of word.
public final class GroupSeeds {
    private GroupSeeds() {}

    public static Map<String, byte[]> all() {
        Map<String, byte[]> seeds = new TreeMap<>();
        byte[] whole = GroupDescriptor.initial(Hashes.fnv1a64(FuzzedLog.STREAM), Hashes.fnv1a64("fuzzed"), new long[2]);
        byte[] raw = new byte[1 + whole.length];
        raw[0] = GroupFuzz.RAW;
        System.arraycopy(whole, 0, raw, 1, whole.length);
        seeds.put("group/raw", raw);
        seeds.put("group/acked", patch(GroupDescriptor.ackField(0), GroupDescriptor.ackWord(10)));
        seeds.put("group/acked-beyond", patch(GroupDescriptor.ackField(1), GroupDescriptor.ackWord(1L << 40)));
        seeds.put("group/ack-damaged", patch(GroupDescriptor.ackField(0), 17));
        seeds.put("group/leased", patch(GroupDescriptor.leaseField(0), (1L << 61) + 5));
        seeds.put("group/deleted", patch(GroupDescriptor.leaseField(0), GroupDescriptor.DELETED));
        seeds.put("group/wished", patch(GroupDescriptor.holderField(1), 3L << 32 | 2));
        seeds.put("group/wished-urgently", patch(GroupDescriptor.holderField(1), -3L << 32 | 2));
        seeds.put("group/member", patch(GroupDescriptor.incarnationField(0), (1L << 61) + 9));
        seeds.put("group/newer", patch(8, 2L << 32 | 2));
        return seeds;
    }

    private static byte[] patch(int field, long value) {
        byte[] input = new byte[1 + GroupFuzz.PATCH];
        int word = field / Long.BYTES;
        input[1] = (byte) word;
        input[2] = (byte) (word >> 8);
        LittleEndian.putLong(input, 3, value);
        return input;
    }
}
