package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.Comet;
import dev.cometlog.CometShard;
import dev.cometlog.CometStream;
import dev.cometlog.Entry;
import dev.cometlog.EntryId;
import dev.cometlog.GuideExamples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeExampleTest {
    @TempDir
    private Path directory;

    private final byte[] payload = "payload".getBytes(StandardCharsets.UTF_8);
    private final byte[] a = {'a'};
    private final byte[] b = {'b'};
    private final byte[] c = {'c'};

    @Test
    void theExampleInTheReadmeWorks() {
        // example begins
        try (Comet comet = Comet.open(directory)) { // any number of processes may open it
            CometStream events = comet.stream("events:v1", 16); // made on first use
            EntryId id = events.append("user-123", payload); // the key picks the shard
            events.append("user-123", List.of(a, b, c)); // one batch, visible all at once
            CometShard shard = events.shard(id.shard()); // the path that allocates nothing
            long offset = shard.append(payload);
            comet.sync(); // from here on it survives power loss too
            for (Entry entry : shard.recent(10)) {
                System.out.println(entry.id() + " " + entry.timestamp() + " " + entry.bytes().length);
            }
            // example ends
            assertThat(offset).isEqualTo(4);
            assertThat(shard.recent(10)).hasSize(5);
        }
    }

    @Test
    void theReadmeShowsExactlyThatExample() throws IOException {
        GuideExamples.assertShown("README.md", ReadmeExampleTest.class);
    }
}
