package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is refused is refused before anything is made or changed.
class RefusedInputTest {
    private static final byte[] ENTRY = new byte[1];

    @TempDir
    Path directory;

    private Comet comet;
    private CometShard shard;

    @BeforeEach
    void open() {
        comet = Comet.open(directory, config -> config.segmentBytes(1 << 16).defaultShards(2));
        shard = comet.stream("events:v1", 2).shard(1);
        long _ = shard.append(ENTRY);
    }

    @AfterEach
    void close() {
        comet.close();
    }

    private void refused(Class<? extends Exception> how, String named, ThrowingCallable call) throws IOException {
        List<Path> before = files();
        long end = shard.endOffset();
        assertThatThrownBy(call).isInstanceOf(how).hasMessageContaining(named);
        assertThat(files()).isEqualTo(before);
        assertThat(shard.endOffset()).isEqualTo(end);
    }

    /// All but those of the shard that is in use, which gets its next segment at any time.
    private List<Path> files() throws IOException {
        Path inUse = directory.resolve("streams/events%3Av1/0001");
        try (var paths = Files.walk(directory)) {
            return paths.filter(path -> !path.startsWith(inUse)).sorted().toList();
        }
    }

    @Test
    void anAppendThatIsRefusedMakesNoStream() throws IOException {
        refused(IllegalArgumentException.class, "empty", () -> comet.append("new:v1", List.of()));
        refused(NullPointerException.class, "payloads[1]", () -> comet.append("new:v1", Arrays.asList(ENTRY, null)));
        refused(
                CometException.EntryTooLarge.class,
                "maxEntryBytes=16384",
                () -> comet.append("new:v1", List.of(new byte[16_385])));
        refused(
                CometException.EntryTooLarge.class,
                "maxBatchBytes=16384",
                () -> comet.append("new:v1", List.of(new byte[16_384], ENTRY)));
        refused(IllegalArgumentException.class, "shard=99", () -> comet.append("new:v1:shard:0099", List.of(ENTRY)));
        refused(IllegalArgumentException.class, "shard=-1", () -> comet.append("new:v1:shard:-1", List.of(ENTRY)));
        refused(IllegalArgumentException.class, "not the name", () -> comet.append("new:v1:shard:x", List.of(ENTRY)));
    }

    @Test
    void anEntryThatIsTooLargeMakesNoShard() throws IOException {
        CometShard unused = comet.stream("events:v1").shard(0);
        byte[] large = new byte[16_385];
        refused(CometException.EntryTooLarge.class, "maxEntryBytes", () -> unused.append(large));
        refused(CometException.EntryTooLarge.class, "maxEntryBytes", () -> unused.append(ByteBuffer.wrap(large)));
        refused(CometException.EntryTooLarge.class, "maxEntryBytes", () -> unused.append(MemorySegment.ofArray(large)));
        refused(CometException.EntryTooLarge.class, "maxEntryBytes", () -> unused.append(List.of(ENTRY, large)));
        assertThat(unused.append(ENTRY)).isZero();
    }

    @Test
    void aBatchThatIsTooLargeIsRefusedWhole() throws IOException {
        refused(
                CometException.EntryTooLarge.class,
                "maxBatchBytes=16384",
                () -> shard.append(List.of(new byte[8192], new byte[8192], ENTRY)));
        assertThat(shard.append(List.of(new byte[8192], new byte[8192]))).isEqualTo(1);
    }

    @Test
    void nullIsRefusedByName() throws IOException {
        refused(NullPointerException.class, "payload", () -> shard.append((byte[]) null));
        refused(NullPointerException.class, "bytes", () -> shard.append(null, 0, 0));
        refused(NullPointerException.class, "payload", () -> shard.append((ByteBuffer) null));
        refused(NullPointerException.class, "payload", () -> shard.append((MemorySegment) null));
        refused(NullPointerException.class, "payloads", () -> shard.append((List<byte[]>) null));
        refused(NullPointerException.class, "payloads[0]", () -> shard.append(Arrays.asList(null, ENTRY)));
        refused(NullPointerException.class, "name", () -> comet.append(null, List.of(ENTRY)));
        refused(NullPointerException.class, "payloads", () -> comet.append("new:v1", null));
        refused(NullPointerException.class, "name", () -> comet.stream(null, 1));
        refused(NullPointerException.class, "group", () -> comet.consumer(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a..b", "a\u0000b", "a\nb", "a:shard:b", "a*", "*", "\ud800"})
    void aNameThatNoStreamCanHaveIsRefused(String name) throws IOException {
        refused(IllegalArgumentException.class, "stream", () -> comet.stream(name, 1));
        if (!name.contains(":shard:")) {
            refused(IllegalArgumentException.class, "stream name", () -> comet.append(name, List.of(ENTRY)));
        }
        refused(
                IllegalArgumentException.class,
                "stream name",
                () -> comet.append(name + ":shard:0000", List.of(ENTRY)));
    }

    @Test
    void aNameThatIsTooLongIsRefused() throws IOException {
        String longest = "a".repeat(200);
        refused(IllegalArgumentException.class, "200", () -> comet.stream(longest + "a", 1));
        refused(IllegalArgumentException.class, "200", () -> comet.append(longest + "a", List.of(ENTRY)));
        assertThat(comet.append(longest, List.of(ENTRY))).hasSize(1);
    }

    @Test
    void anAckOrASeekThatIsRefusedRegistersNoGroup() throws IOException {
        try (CometConsumer consumer = comet.consumer("mistyped")) {
            refused(IllegalArgumentException.class, "shard=7", () -> consumer.ackRange("events:v1", 7, 0, 0));
            refused(IllegalArgumentException.class, "exist", () -> consumer.ackRange("events:v1", 1, 0, 99));
            refused(IllegalArgumentException.class, "exist", () -> consumer.ack(new EntryId("events:v1", 0, 0)));
            refused(IllegalArgumentException.class, "shard=-1", () -> consumer.seek("events:v1", -1, Seek.earliest()));
            refused(CometException.UnknownStream.class, "event:v1", () -> consumer.seek("event:v1", 0, Seek.latest()));
            assertThat(comet.groups("events:v1")).isEmpty();
            consumer.ackRange("events:v1", 1, 0, 0);
            assertThat(comet.groups("events:v1")).containsExactly("mistyped");
        }
    }
}
