package dev.cometlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cometlog.internal.log.Logs;
import dev.cometlog.internal.storage.DiskStorage;
import dev.cometlog.testing.DeepStack;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A `StackOverflowError` in the thread that publishes a batch costs nobody else anything.
@Timeout(120)
class LingerOverflowTest {
    private static final int DEPTHS = 400;
    private static final Duration DELAY = Duration.ofMillis(5);

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();
    private Comet comet;
    private CometStream stream;

    @BeforeEach
    void open() {
        comet = new Comet(Logs.open(directory, CometConfig.builder().build(), DiskStorage::new, clock));
        stream = comet.stream("events:v1", 1);
    }

    @AfterEach
    void close() {
        comet.close();
    }

    @Test
    void atWhateverDepthItStrikesEveryFutureIsCompletedWithTheIdOfItsOwnEntryOrFails() throws Exception {
        LingeringAppender appender = stream.lingering(2, DELAY);
        List<CompletableFuture<EntryId>> futures = new ArrayList<>();
        try (ExecutorService deep = Executors.newSingleThreadExecutor(
                        task -> new Thread(null, task, "deep", DeepStack.STACK_BYTES));
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            int overflows = 0;
            for (int depth = 0; depth < DEPTHS; depth++) {
                int above = depth;
                CompletableFuture<EntryId> waiting = appender.append(bytes("before " + depth));
                futures.add(waiting);
                overflows += deep.submit(() -> DeepStack.overflows(
                                        () -> {
                                            var _ = appender.append(bytes("deep"));
                                        },
                                        above))
                                .get()
                        ? 1
                        : 0;
                // The thread that overflowed lives on and does not come back by itself.
                Future<?> after = other.submit(() -> futures.add(appender.append(bytes("after " + above))));
                assertThat(after).as("depth %d", depth).succeedsWithin(5, TimeUnit.SECONDS);
                clock.advance(DELAY);
                assertThat(waiting.handle((id, failure) -> true))
                        .as("depth %d", depth)
                        .succeedsWithin(5, TimeUnit.SECONDS);
            }
            assertThat(overflows).isBetween(1, DEPTHS - 1);
        }
        appender.flush();
        List<String> appended = stream.shard(0).recent(10 * DEPTHS).stream()
                .map(entry -> new String(entry.bytes(), StandardCharsets.UTF_8))
                .toList();
        for (int i = 0; i < futures.size(); i++) {
            CompletableFuture<EntryId> future = futures.get(i);
            assertThat(future).isDone();
            if (!future.isCompletedExceptionally()) {
                assertThat(appended.get((int) future.join().offset()))
                        .isEqualTo((i % 2 == 0 ? "before " : "after ") + i / 2);
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
