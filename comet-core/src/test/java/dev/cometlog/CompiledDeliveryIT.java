package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// In a process that writes and reads, the compiler has met mapped and private memory in the JDK's accessors.
class CompiledDeliveryIT {
    private static final int ENTRIES = 500_000;
    private static final int GROUPS = 10;
    private static final int FEW = 3;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void whatIsCompiledForDeliveriesStaysCompiled(int batchSize) throws Exception {
        try (Comet comet = Comet.open(directory.resolve("log"));
                Recording recording = new Recording()) {
            recording.enable("jdk.Deoptimization").withoutStackTrace();
            CometShard shard = comet.stream("events:v1", 1).shard(0);
            byte[] payload = new byte[64];
            Arrays.fill(payload, (byte) 'x');
            List<byte[]> batch = Collections.nCopies(batchSize, payload);
            for (int i = 0; i < ENTRIES; i += batchSize) {
                long _ = batchSize == 1 ? shard.append(payload) : shard.append(batch);
            }
            recording.start();
            for (int group = 0; group < GROUPS; group++) {
                consume(comet, "group-" + group);
            }
            assertThat(discardedLoops(recording)).hasSizeLessThan(FEW);
        }
    }

    private static void consume(Comet comet, String group) throws InterruptedException {
        long[] seen = {0};
        try (CometConsumer consumer = comet.consumer(group)) {
            consumer.process(
                    delivery -> {
                        for (Entry entry : delivery) {
                            seen[0] += entry.data().get(ValueLayout.JAVA_BYTE, 0) == 'x' ? 1 : 0;
                        }
                        if (seen[0] == ENTRIES) {
                            throw new StopProcessing();
                        }
                    },
                    ProcessOptions.builder().batchSize(100).build());
        }
        assertThat(seen[0]).isEqualTo(ENTRIES);
    }

    /// Each time that compiled code of a reader was thrown away for a check that was moved in front of a loop.
    private List<RecordedEvent> discardedLoops(Recording recording) throws IOException {
        recording.stop();
        Path file = directory.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("jdk.Deoptimization"))
                .filter(event -> event.getString("reason").equals("profile_predicate"))
                .filter(event -> event.<RecordedMethod>getValue("method")
                        .getType()
                        .getName()
                        .equals("dev.cometlog.internal.log.ShardReader"))
                .toList();
    }
}
