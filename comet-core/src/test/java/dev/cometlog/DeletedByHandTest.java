package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody deletes directories of a log that is open: an error that says so, no crash, and after a reopen the stream
/// can be used again.
class DeletedByHandTest {
    private static final String STREAM = "events:v1";

    @TempDir
    Path directory;

    @Test
    void aShardsDirectoryThatIsDeletedUnderAnOpenLogIsAClearErrorAndTheOtherShardsGoOn() throws IOException {
        try (Comet comet = open()) {
            CometShard gone = comet.stream(STREAM, 2).shard(0);
            CometShard kept = comet.stream(STREAM).shard(1);
            gone.append(bytes("a"));
            kept.append(bytes("b"));
            deleteTree(shards().resolve("0000"));

            assertThat(eventualRefusal(gone)).hasMessageContaining("0000").hasMessageContaining("open the log again");
            assertThat(kept.append(bytes("c"))).isEqualTo(1);
            kept.sync();
            assertThat(kept.recent(10)).hasSize(2);
        } catch (CometException e) {
            // What was not durable when its files went cannot be made so: the close says that too.
            assertThat(e).hasMessageContaining("0000");
        }
        try (Comet comet = open()) {
            CometShard again = comet.stream(STREAM).shard(0);
            long offset = again.append(bytes("d"));
            assertThat(again.recent(1).getFirst().id().offset()).isEqualTo(offset);
            assertThat(again.recent(1).getFirst().bytes()).isEqualTo(bytes("d"));
            assertThat(comet.stream(STREAM).shard(1).recent(10)).hasSize(2);
        }
    }

    @Test
    void aStreamsDirectoryThatIsDeletedUnderAnOpenLogIsAClearErrorAndCanBeMadeAgain() throws IOException {
        try (Comet comet = open()) {
            CometShard gone = comet.stream(STREAM, 2).shard(0);
            gone.append(bytes("a"));
            CometShard unused = comet.stream(STREAM).shard(1);
            deleteTree(shards());

            assertThat(eventualRefusal(gone)).hasMessageContaining("open the log again");
            assertThatThrownBy(() -> unused.append(bytes("b")))
                    .isInstanceOf(CometException.class)
                    .hasMessageContaining("0001");
            assertThat(comet.append("other:v1:shard:0000", List.of(bytes("c")))).hasSize(1);
        } catch (CometException e) {
            assertThat(e).hasMessageContaining("0000");
        }
        try (Comet comet = open()) {
            // Nothing tells any more how many shards it had.
            CometShard again = comet.stream(STREAM, 3).shard(2);
            assertThat(again.append(bytes("d"))).isZero();
        }
    }

    @Test
    void everyLivingProcessIsToldAndCanUseTheShardOnceTheLogIsOpenedAgain() throws IOException {
        try (OtherAppender other = new OtherAppender(directory);
                Comet comet = open()) {
            CometShard here = comet.stream(STREAM, 2).shard(0);
            here.append(bytes("a"));
            assertThat(other.append(0)).isEqualTo("1");
            deleteTree(shards().resolve("0000"));

            assertThat(eventualRefusal(here)).hasMessageContaining("open the log again");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() ->
                            other.append(0).contains("0000") && other.append(0).contains("open the log again"));
            assertThat(other.append(1)).isEqualTo("0");
        } catch (CometException e) {
            assertThat(e).hasMessageContaining("0000");
        }
        try (OtherAppender other = new OtherAppender(directory)) {
            assertThat(Long.parseLong(other.append(0))).isNotNegative();
            assertThat(other.append(1)).isEqualTo("1");
        }
    }

    /// What appends say once the next background sync was due. Until then they go into files without a name.
    private static CometException eventualRefusal(CometShard shard) {
        CometException[] refusal = new CometException[1];
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            try {
                shard.append(bytes("into the void"));
                return false;
            } catch (CometException e) {
                refusal[0] = e;
                return true;
            }
        });
        return refusal[0];
    }

    private Comet open() {
        return Comet.open(directory, c -> c.syncInterval(Duration.ofMillis(200)));
    }

    private Path shards() {
        return directory.resolve("streams").resolve("events%3Av1");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void deleteTree(Path path) throws IOException {
        try (Stream<Path> found = Files.walk(path)) {
            for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
