package dev.cometlog.internal.consumer;

import dev.cometlog.Comet;
import dev.cometlog.CometConsumer;
import dev.cometlog.CometException;
import dev.cometlog.Delivery;
import dev.cometlog.FuzzedLog;
import dev.cometlog.fuzz.FuzzTarget;
import dev.cometlog.internal.format.GroupDescriptor;
import dev.cometlog.internal.format.Hashes;
import dev.cometlog.internal.format.LittleEndian;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/// A group's file with whatever stands in it: a consumer reads by it, acknowledges, and deletes the group.
///
/// The input is a flag and patches of ten bytes over a file that fits (the number of a word, and what it becomes), or
/// with [#RAW] the file itself.
public final class GroupFuzz implements FuzzTarget {
    static final int RAW = 1;
    static final int PATCH = 2 + Long.BYTES;
    private static final String GROUP = "fuzzed";
    private static final int SHARDS = FuzzedLog.SHARDS;

    private final FuzzedLog log;
    private final Path file;

    public GroupFuzz(Path scratch) throws IOException {
        log = FuzzedLog.open(scratch);
        file = log.streamDirectory().resolve("groups").resolve(GROUP);
    }

    @Override
    public void decode(byte[] input) throws InterruptedException {
        if (input.length == 0) {
            return;
        }
        log.storage().put(file, content(input));
        Comet comet = log.comet();
        try (CometConsumer consumer = comet.consumer(GROUP)) {
            var _ = consumer.lag(FuzzedLog.STREAM);
            var _ = consumer.counts(FuzzedLog.STREAM);
            Delivery delivery = consumer.poll(FuzzedLog.STREAM, 10, Duration.ZERO);
            delivery.ack();
            check(delivery);
            for (int shard = 0; shard < SHARDS; shard++) {
                var _ = consumer.reader(FuzzedLog.STREAM, shard);
            }
        } catch (CometException.NewerFormat | CometException.LeaseHeld | CometException.IoFailure _) {
            // What a consumer may say of a group's file.
        } finally {
            delete(comet);
        }
    }

    private static void check(Delivery delivery) {
        delivery.forEach(entry -> {
            if (entry.id().offset() < 0 || entry.id().offset() >= FuzzedLog.ENTRIES) {
                throw new AssertionError("delivered " + entry.id());
            }
        });
    }

    private void delete(Comet comet) {
        try (CometConsumer consumer = comet.consumer(GROUP)) {
            boolean _ = consumer.delete(FuzzedLog.STREAM);
        } catch (CometException _) {
            // Then the file goes by hand, below.
        }
        log.storage().remove(file);
    }

    private static byte[] content(byte[] input) {
        if ((input[0] & RAW) != 0) {
            return Arrays.copyOfRange(input, 1, input.length);
        }
        byte[] bytes =
                GroupDescriptor.initial(Hashes.fnv1a64(FuzzedLog.STREAM), Hashes.fnv1a64(GROUP), new long[SHARDS]);
        int words = bytes.length / Long.BYTES;
        for (int at = 1; at + PATCH <= input.length; at += PATCH) {
            int word = Short.toUnsignedInt((short) (input[at] | input[at + 1] << 8)) % words;
            LittleEndian.putLong(bytes, word * Long.BYTES, LittleEndian.getLong(input, at + 2));
        }
        return bytes;
    }
}
