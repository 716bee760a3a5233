package dev.cometlog.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
    @TempDir
    private Path scratch;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    private Progress progress(boolean watched) {
        return new Progress(new PrintStream(shown, true, StandardCharsets.UTF_8), watched, nanos::get);
    }

    private void pass(long millis) {
        long _ = nanos.addAndGet(Duration.ofMillis(millis).toNanos());
    }

    @Test
    void aWatcherSeesOneLineThatIsWrittenOverAndTakenAway() {
        try (Progress progress = progress(true)) {
            progress.show("at once");
            pass(200);
            progress.show("1,000 done");
            progress.show("too soon");
            pass(200);
            progress.show("2 left");
        }
        assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo("\r1,000 done\r2 left    \r      \r");
    }

    @Test
    void withoutAWatcherNothingIsWritten() {
        try (Progress progress = progress(false)) {
            pass(1000);
            progress.show("1,000 done");
        }
        assertThat(shown.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "/dev/pts/3, true",
        "/dev/tty1, true",
        "/dev/console, true",
        "/dev/null, false",
        "/home/user/errors, false",
        "pipe:[4711], false",
        "socket:[4711], false",
    })
    void onlyATerminalIsWatched(String target, boolean watched) throws IOException {
        Path descriptor = Files.createSymbolicLink(scratch.resolve("2"), Path.of(target));
        assertThat(Progress.isTerminal(descriptor)).isEqualTo(watched);
    }
}
