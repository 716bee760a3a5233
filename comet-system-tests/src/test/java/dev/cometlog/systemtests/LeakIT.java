package dev.cometlog.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cometlog.testing.WeakenedClasses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Rolling, opening and closing leave nothing behind: `-Dcomet.rolls=10000 -Dcomet.opens=1000` for longer.
@EnabledOnOs(value = OS.LINUX, disabledReason = "what a process holds is read from /proc")
class LeakIT {
    private static final int ROLLS = Integer.getInteger("comet.rolls", 1500);
    private static final int OPENS = Integer.getInteger("comet.opens", 100);
    private static final int ROLLS_OF_THE_CONTROL = 200;
    private static final Duration AT_MOST = Duration.ofMinutes(15);

    @TempDir
    Path directory;

    @Test
    void thousandsOfRollsAndOpensLeaveNothingBehind() throws Exception {
        String figures = LeakRun.inProcess("", directory, ROLLS, OPENS, AT_MOST);
        System.out.println(figures);
        assertThat(figures).startsWith("leaks: ");
    }

    /// A segment whose mapping never ends.
    @Test
    void aMappingThatIsNotLetGoOfIsNoticed() throws Exception {
        Path classes = Files.createDirectory(directory.resolve("classes"));
        String first = WeakenedClasses.of(
                SourceTree.root().resolve("comet-core"),
                "dev/cometlog/internal/log/Segment.java",
                "file.close();",
                "",
                classes);
        Path log = Files.createDirectory(directory.resolve("log"));
        assertThatThrownBy(() -> LeakRun.inProcess(first, log, ROLLS_OF_THE_CONTROL, 0, AT_MOST))
                .hasMessageContaining("leaked: Holdings[mappings=");
    }
}
